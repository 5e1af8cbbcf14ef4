// What is compiled for each size of a group of output channels: CK_VECTORS vectors of CK_LANES
// channels, whose sums for up to CK_COLUMNS voxels (columns) stay in registers.

/// Adds `count` input channels to the sums of `columns` voxels that lie a constant `step` apart.
/// Weights: input channel, output channel.
CK_INLINE void CK_G(accumulate)(const int columns, const ptrdiff_t step, V *sum, const float *in,
                                ptrdiff_t count, const float *w) {
  for (ptrdiff_t i = 0; i < count; i++) {
    V weight[CK_VECTORS];
    CK_UNROLL
    for (int v = 0; v < CK_VECTORS; v++)
      weight[v] = CK_L(load)(w + (i * CK_VECTORS + v) * CK_LANES);
    CK_UNROLL
    for (int x = 0; x < columns; x++) {
      V value = CK_L(broadcast)(in[x * step + i]);
      CK_UNROLL
      for (int v = 0; v < CK_VECTORS; v++) sum[x * CK_VECTORS + v] += value * weight[v];
    }
  }
}

/// Before `more` terms are added, carries sums of many terms over to `result`: the rounding error of
/// a sum grows with the root of the number of its terms, and short sums of short sums stay accurate.
CK_INLINE void CK_G(carry)(const int columns, int32_t more, int32_t *terms, V *sum, V *result) {
  *terms += more;
  if (*terms <= CK_MOST_TERMS || *terms == more) return;
  *terms = more;
  CK_UNROLL
  for (int i = 0; i < columns * CK_VECTORS; i++) {
    result[i] += sum[i];
    sum[i] = (V){0};
  }
}

/// The sums of the direct method for a tile within a row whose voxels lie a constant `step` apart.
CK_INLINE void CK_G(row_sums)(const int columns, const ptrdiff_t step, const ck_convolution *c,
                              const ck_map *in, const float *first, const float *w, V *result) {
  V sum[CK_COLUMNS * CK_VECTORS];
  CK_UNROLL
  for (int i = 0; i < columns * CK_VECTORS; i++) result[i] = sum[i] = (V){0};
  int32_t terms = 0;
  for (int32_t kz = 0; kz < c->kernel[0]; kz++)
    for (int32_t ky = 0; ky < c->kernel[1]; ky++)
      for (int32_t kx = 0; kx < c->kernel[2]; kx++) {
        CK_G(carry)(columns, c->in_channels, &terms, sum, result);
        const float *tap = first + kz * c->dilation[0] * in->z_stride +
                           ky * c->dilation[1] * in->y_stride + kx * c->dilation[2] * in->x_stride;
        for (int32_t left = c->in_channels; left > 0; left -= CK_BLOCK) {
          const int32_t count = left < CK_BLOCK ? left : CK_BLOCK;
          CK_G(accumulate)(columns, step, sum, tap, count, w);
          w += count * CK_VECTORS * CK_LANES;
          tap += in->block_stride;
        }
      }
  CK_UNROLL
  for (int i = 0; i < columns * CK_VECTORS; i++) result[i] += sum[i];
}

#define CK_CASE(n)                                                                       \
  case n:                                                                                \
    if (n <= CK_COLUMNS) {                                                               \
      if (step == CK_BLOCK)                                                              \
        CK_G(row_sums)(n <= CK_COLUMNS ? n : 1, CK_BLOCK, c, in, first, w, result);      \
      else                                                                               \
        CK_G(row_sums)(n <= CK_COLUMNS ? n : 1, 2 * CK_BLOCK, c, in, first, w, result);  \
    }                                                                                    \
    break;
/// The sums for a tile within a row; `step` is one or two blocks.
static __attribute__((noinline)) void CK_G(row_tile)(int columns, ptrdiff_t step,
                                                     const ck_convolution *c, const ck_map *in,
                                                     const float *first, const float *w,
                                                     V *result) {
  switch (columns) {
    CK_CASE(1) CK_CASE(2) CK_CASE(3) CK_CASE(4) CK_CASE(5) CK_CASE(6) CK_CASE(7)
    CK_CASE(8) CK_CASE(9) CK_CASE(10) CK_CASE(11) CK_CASE(12) CK_CASE(13) CK_CASE(14)
  }
}
#undef CK_CASE

/// The sums for CK_COLUMNS voxels anywhere.
static __attribute__((noinline)) void CK_G(gather_tile)(const ck_convolution *c, const ck_map *in,
                                                        const float *const *voxel, const float *w,
                                                        V *result) {
  V sum[CK_COLUMNS * CK_VECTORS];
  CK_UNROLL
  for (int i = 0; i < CK_COLUMNS * CK_VECTORS; i++) result[i] = sum[i] = (V){0};
  int32_t terms = 0;
  for (int32_t kz = 0; kz < c->kernel[0]; kz++)
    for (int32_t ky = 0; ky < c->kernel[1]; ky++)
      for (int32_t kx = 0; kx < c->kernel[2]; kx++) {
        CK_G(carry)(CK_COLUMNS, c->in_channels, &terms, sum, result);
        ptrdiff_t tap = kz * c->dilation[0] * in->z_stride + ky * c->dilation[1] * in->y_stride +
                        kx * c->dilation[2] * in->x_stride;
        for (int32_t left = c->in_channels; left > 0; left -= CK_BLOCK) {
          const ptrdiff_t end = tap + (left < CK_BLOCK ? left : CK_BLOCK);
          for (ptrdiff_t i = tap; i < end; i++) {
            V weight[CK_VECTORS];
            CK_UNROLL
            for (int v = 0; v < CK_VECTORS; v++) weight[v] = CK_L(load)(w + v * CK_LANES);
            CK_UNROLL
            for (int x = 0; x < CK_COLUMNS; x++) {
              V value = CK_L(broadcast)(voxel[x][i]);
              CK_UNROLL
              for (int v = 0; v < CK_VECTORS; v++) sum[x * CK_VECTORS + v] += value * weight[v];
            }
            w += CK_VECTORS * CK_LANES;
          }
          tap += in->block_stride;
        }
      }
  CK_UNROLL
  for (int i = 0; i < CK_COLUMNS * CK_VECTORS; i++) result[i] += sum[i];
}

/// The direct method for the output voxels begin..<end (in the order z, y, x) of the group of
/// output channels from `block` on, whose weights are `w`.
static void CK_G(direct_group)(const ck_convolution *c, const ck_map *in, const float *w,
                               const ck_epilogue *e, const ck_map *out, int32_t block,
                               int64_t begin, int64_t end) {
  CK_L(ending) ending[CK_VECTORS];
  for (int v = 0; v < CK_VECTORS; v++)
    ending[v] = CK_L(ending_at)(e, out, block + v * (CK_LANES / CK_BLOCK));
  const ptrdiff_t step = in->x_stride * c->stride[2];
  const int in_rows = out->width >= CK_COLUMNS / 2 && (step == CK_BLOCK || step == 2 * CK_BLOCK);
  V sum[CK_COLUMNS * CK_VECTORS];
  int32_t x = (int32_t)(begin % out->width), y = (int32_t)(begin / out->width % out->height);
  int32_t z = (int32_t)(begin / out->width / out->height);
  for (int64_t at = begin; at < end;) {
    const float *voxel[CK_COLUMNS];
    ptrdiff_t residual[CK_COLUMNS], raw[CK_COLUMNS], stored[CK_COLUMNS];
    // The rest of a row is divided into tiles of about equal length.
    const int64_t left = end - at, row = out->width - x < left ? out->width - x : left;
    const int64_t tiles = (row + CK_COLUMNS - 1) / CK_COLUMNS;
    const int columns = in_rows              ? (int)((row + tiles - 1) / tiles)
                        : left < CK_COLUMNS ? (int)left
                                             : CK_COLUMNS;
    for (int i = 0; i < columns; i++) {
      voxel[i] = in->data + z * c->stride[0] * in->z_stride + y * c->stride[1] * in->y_stride +
                 x * c->stride[2] * in->x_stride;
      residual[i] = offset(&e->residual, z, y, x);
      raw[i] = offset(&e->raw, z, y, x);
      stored[i] = offset(out, z, y, x);
      if (++x == out->width) {
        x = 0;
        if (++y == out->height) y = 0, z++;
      }
    }
    // Fetch the outputs while the sums are formed.
    for (int i = 0; i < columns; i += 2)
      for (int32_t b = 0; b < CK_VECTORS * CK_LANES / CK_BLOCK; b++)
        __builtin_prefetch(out->data + (block + b) * out->block_stride + stored[i], 1);
    if (in_rows) {
      CK_G(row_tile)(columns, step, c, in, voxel[0], w, sum);
    } else {
      for (int i = columns; i < CK_COLUMNS; i++) voxel[i] = voxel[0];
      CK_G(gather_tile)(c, in, voxel, w, sum);
    }
    for (int i = 0; i < columns; i++)
      CK_UNROLL
      for (int v = 0; v < CK_VECTORS; v++)
        CK_L(finish)(sum[i * CK_VECTORS + v], &ending[v], residual[i], raw[i], stored[i]);
    at += columns;
  }
}

/// The product of a matrix of `columns` tiles, from tile `first` on, by `depth` input channels,
/// stored as the input transform leaves them, with weights (input channel, output channel). Result:
/// vector, tile, lane.
CK_INLINE void CK_G(product_of)(const int columns, int32_t depth, const float *tiles, int32_t first,
                                ptrdiff_t block_stride, const float *w, float *result,
                                ptrdiff_t vector_stride) {
  for (int32_t done = 0; done < depth; done += CK_MOST_PRODUCTS) {
    V sum[CK_COLUMNS * CK_VECTORS];
    CK_UNROLL
    for (int i = 0; i < columns * CK_VECTORS; i++) sum[i] = (V){0};
    int32_t left = depth - done < CK_MOST_PRODUCTS ? depth - done : CK_MOST_PRODUCTS;
#if CK_GROUP == 4
    for (; left > CK_BLOCK; left -= 2 * CK_BLOCK) {
      const int32_t count = left < 2 * CK_BLOCK ? left : 2 * CK_BLOCK;
      CK_G(accumulate)(columns, 2 * CK_BLOCK, sum, tiles + first * 2 * CK_BLOCK, count, w);
      w += count * CK_VECTORS * CK_LANES;
      tiles += 2 * block_stride;
    }
#endif
    for (; left > 0; left -= CK_BLOCK) {
      const int32_t count = left < CK_BLOCK ? left : CK_BLOCK;
      CK_G(accumulate)(columns, CK_BLOCK, sum, tiles + first * CK_BLOCK, count, w);
      w += count * CK_VECTORS * CK_LANES;
      tiles += block_stride;
    }
    CK_UNROLL
    for (int x = 0; x < columns; x++)
      CK_UNROLL
      for (int v = 0; v < CK_VECTORS; v++) {
        float *to = result + v * vector_stride + x * CK_LANES;
        V before = done > 0 ? CK_L(load)(to) : (V){0};
        CK_L(store)(to, before + sum[x * CK_VECTORS + v]);
      }
  }
}

#define CK_CASE(n)                                                                          \
  case n:                                                                                   \
    if (n <= CK_COLUMNS)                                                                    \
      CK_G(product_of)(n <= CK_COLUMNS ? n : 1, depth, tiles, first, block_stride, w,       \
                       result, vector_stride);                                              \
    break;
static __attribute__((noinline)) void CK_G(product)(int columns, int32_t depth, const float *tiles,
                                                    int32_t first, ptrdiff_t block_stride,
                                                    const float *w, float *result,
                                                    ptrdiff_t vector_stride) {
  switch (columns) {
    CK_CASE(1) CK_CASE(2) CK_CASE(3) CK_CASE(4) CK_CASE(5) CK_CASE(6) CK_CASE(7)
    CK_CASE(8) CK_CASE(9) CK_CASE(10) CK_CASE(11) CK_CASE(12) CK_CASE(13) CK_CASE(14)
  }
}
#undef CK_CASE

/// The products of a pass's tiles with the weights `w` of the group of output channels from `block`
/// on, and the outputs. After the last group the next pass follows.
static void CK_G(winograd_group)(const int size, const winograd_pass *pass, int32_t block,
                                 const float *w, int is_last) {
  const int32_t tiles = pass->tiles, depth = pass->c->in_channels;
  const ptrdiff_t block_stride = (ptrdiff_t)tiles * CK_BLOCK;
  const ptrdiff_t in_stride = block_stride * ck_blocks(depth);
  const ptrdiff_t vector_stride = (ptrdiff_t)tiles * CK_LANES;
  const ptrdiff_t position_stride = vector_stride * CK_VECTORS;
  const int32_t runs = (tiles + CK_COLUMNS - 1) / CK_COLUMNS;
  for (int p = 0; p < positions_of(size); p++) {
    // The products need little of the memory's bandwidth: fetch what comes before and after them.
    if (is_last) prefetch_inputs(size, pass, p);
    prefetch_outputs(size, pass, p, block, CK_VECTORS * CK_LANES / CK_BLOCK);
    for (int32_t run = 0; run < runs; run++) {
      const int32_t first = tiles * run / runs, end = tiles * (run + 1) / runs;
      CK_G(product)(end - first, depth, pass->transformed + p * in_stride, first, block_stride,
                    w + (ptrdiff_t)p * depth * CK_VECTORS * CK_LANES,
                    pass->products + p * position_stride + first * CK_LANES, vector_stride);
    }
  }
  CK_L(ending) ending[CK_VECTORS];
  for (int v = 0; v < CK_VECTORS; v++)
    ending[v] = CK_L(ending_at)(pass->e, pass->out, block + v * (CK_LANES / CK_BLOCK));
  for (int32_t t = 0; t < tiles; t++)
    for (int v = 0; v < CK_VECTORS; v++)
      CK_FOR_SIZE(size, CK_L(transform_output),
                  pass->products + v * vector_stride + t * CK_LANES, position_stride, pass->e,
                  pass->out, &ending[v], &pass->places[t]);
}
