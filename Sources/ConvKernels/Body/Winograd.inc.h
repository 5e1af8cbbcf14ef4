// The transforms of Winograd's minimal filtering F(m, 3) with m = 2 or 4 along each axis, for
// vectors of CK_LANES channels. docs/winograd.md derives them.

/// Rows of B^T d for the m + 2 inputs d of one axis. The rows come in pairs that share their terms:
/// `pair` 0 holds the first and the last row, 1 the second and third, 2 the fourth and fifth.
CK_INLINE void CK_L(input_pair)(const int m, const int pair, const V *d, V *first, V *second) {
  if (m == 2) {
    if (pair == 0) {
      *first = d[0] - d[2];
      *second = d[3] - d[1];
    } else {
      *first = d[1] + d[2];
      *second = d[2] - d[1];
    }
  } else if (pair == 0) {
    *first = (d[4] - 2.5f * d[2]) + d[0];
    *second = (d[5] - 2.5f * d[3]) + d[1];
  } else if (pair == 1) {
    V even = d[4] - 2 * d[2], odd = d[3] - 2 * d[1];
    *first = even + CK_HALF_SQRT * odd;
    *second = even - CK_HALF_SQRT * odd;
  } else {
    V even = d[4] - 0.5f * d[2], odd = d[3] - 0.5f * d[1];
    *first = even + CK_SQRT * odd;
    *second = even - CK_SQRT * odd;
  }
}

/// The row of the transform at which a pair's first and second value stand.
#if CK_LANES == 8
CK_INLINE int pair_first(const int pair) { return pair == 0 ? 0 : 2 * pair - 1; }
CK_INLINE int pair_second(const int m, const int pair) { return pair == 0 ? m + 1 : 2 * pair; }
#endif

/// B^T d
CK_INLINE void CK_L(input_axis)(const int m, const V *d, V *result) {
  CK_UNROLL
  for (int pair = 0; pair < m / 2 + 1; pair++)
    CK_L(input_pair)(m, pair, d, &result[pair_first(pair)], &result[pair_second(m, pair)]);
}

/// Rows of A^T s for the m + 2 products s of one axis. `pair` 0 holds rows 0 and (m = 4) 2, which
/// need the sums of products at opposite points, 1 rows 1 and 3, which need their differences.
CK_INLINE void CK_L(output_pair)(const int m, const int pair, const V *s, V *first, V *second) {
  if (m == 2) {
    if (pair == 0)
      *first = s[0] + (s[1] + s[2]);
    else
      *first = s[3] + (s[1] - s[2]);
  } else if (pair == 0) {
    V near = s[1] + s[2], far = s[3] + s[4];
    *first = s[0] + (near + far);
    *second = 0.5f * near + 2 * far;
  } else {
    V near = s[1] - s[2], far = s[3] - s[4];
    *first = CK_HALF_SQRT * near + CK_SQRT * far;
    *second = s[5] + (0.5f * CK_HALF_SQRT * near + 2 * CK_SQRT * far);
  }
}

/// A^T s
CK_INLINE void CK_L(output_axis)(const int m, const V *s, V *result) {
  CK_UNROLL
  for (int pair = 0; pair < 2; pair++)
    CK_L(output_pair)(m, pair, s, &result[pair], &result[m == 4 ? pair + 2 : pair]);
}

/// Transforms the (mz + 2)(my + 2)(mx + 2) voxels of a tile whose first is `source`, with the
/// strides of `in`, and stores position p (in the order z, y, x) at result + p * position_stride.
CK_INLINE void CK_L(transform_input)(const int mz, const int my, const int mx, const ck_map *in,
                                     const float *source, float *result,
                                     ptrdiff_t position_stride) {
  const int ty = my + 2, tx = mx + 2;
  V plane[6 * 6 * 6];
  for (int z = 0; z < mz + 2; z++) {
    const float *p = source + z * in->z_stride;
    V *to = plane + z * ty * tx;
    // The next tile along x reads mx more voxels of each row.
    CK_UNROLL
    for (int y = 0; y < ty; y++)
      CK_UNROLL
      for (int x = tx + 1; x < tx + mx; x += 2)
        CK_UNROLL
        for (int b = 0; b < CK_LANES / CK_BLOCK; b++)
          __builtin_prefetch(p + b * in->block_stride + y * in->y_stride + x * in->x_stride);
    CK_UNROLL
    for (int pair = 0; pair < my / 2 + 1; pair++) {
      V first[6], second[6], row[6];
      CK_UNROLL
      for (int x = 0; x < tx; x++) {
        V d[6];
        CK_UNROLL
        for (int y = 0; y < ty; y++)
          d[y] = CK_L(load_blocks)(p + y * in->y_stride + x * in->x_stride, in->block_stride);
        CK_L(input_pair)(my, pair, d, &first[x], &second[x]);
      }
      CK_L(input_axis)(mx, first, row);
      CK_UNROLL
      for (int x = 0; x < tx; x++) to[pair_first(pair) * tx + x] = row[x];
      CK_L(input_axis)(mx, second, row);
      CK_UNROLL
      for (int x = 0; x < tx; x++) to[pair_second(my, pair) * tx + x] = row[x];
    }
  }
  for (int i = 0; i < ty * tx; i++) {
    V d[6], column[6];
    CK_UNROLL
    for (int z = 0; z < mz + 2; z++) d[z] = plane[z * ty * tx + i];
    CK_L(input_axis)(mz, d, column);
    CK_UNROLL
    for (int z = 0; z < mz + 2; z++)
      CK_L(store)(result + (z * ty * tx + i) * position_stride, column[z]);
  }
}

/// Transforms the products of a tile, position p at product + p * position_stride, to its output
/// voxels, and stores those within the output.
CK_INLINE void CK_L(transform_output)(const int mz, const int my, const int mx,
                                      const float *product, ptrdiff_t position_stride,
                                      const ck_epilogue *e, const ck_map *out,
                                      const CK_L(ending) *ending, const tile_place *place) {
  const int ty = my + 2, tx = mx + 2;
  // Copies, for all that the stores could change is read anew after each.
  const CK_L(ending) end = *ending;
  const tile_place at = *place;
  const ptrdiff_t residual_step = e->residual.x_stride, raw_step = e->raw.x_stride;
  const ptrdiff_t out_step = out->x_stride;
  V plane[4 * 6 * 6];
  for (int i = 0; i < ty * tx; i++) {
    V s[6], column[4];
    CK_UNROLL
    for (int z = 0; z < mz + 2; z++)
      s[z] = CK_L(load)(product + (z * ty * tx + i) * position_stride);
    CK_L(output_axis)(mz, s, column);
    CK_UNROLL
    for (int z = 0; z < mz; z++) plane[z * ty * tx + i] = column[z];
  }
  for (int z = 0; z < at.depth; z++) {
    const V *from = plane + z * ty * tx;
    CK_UNROLL
    for (int pair = 0; pair < 2; pair++) {
      V rows[2][6];
      CK_UNROLL
      for (int x = 0; x < tx; x++) {
        V s[6];
        CK_UNROLL
        for (int y = 0; y < ty; y++) s[y] = from[y * tx + x];
        CK_L(output_pair)(my, pair, s, &rows[0][x], &rows[1][x]);
      }
      CK_UNROLL
      for (int half = 0; half < my / 2; half++) {
        const int y = pair + 2 * half;
        if (y >= at.height) break;
        V row[4];
        CK_L(output_axis)(mx, rows[half], row);
        const ptrdiff_t residual = at.residual + z * e->residual.z_stride + y * e->residual.y_stride;
        const ptrdiff_t raw = at.raw + z * e->raw.z_stride + y * e->raw.y_stride;
        const ptrdiff_t stored = at.out + z * out->z_stride + y * out->y_stride;
        CK_UNROLL
        for (int x = 0; x < mx; x++) {
          if (x >= at.width) break;
          CK_L(finish)(row[x], &end, residual + x * residual_step, raw + x * raw_step,
                       stored + x * out_step);
        }
      }
    }
  }
}

/// A y for the m values y of one axis: what the adjoint of `output_axis` makes of them.
CK_INLINE void CK_L(delta_axis)(const int m, const V *y, V *result) {
  result[0] = y[0];
  if (m == 2) {
    result[1] = y[0] + y[1];
    result[2] = y[0] - y[1];
    result[3] = y[1];
  } else {
    V even = y[0] + 0.5f * y[2], odd = CK_HALF_SQRT * y[1] + 0.5f * CK_HALF_SQRT * y[3];
    result[1] = even + odd;
    result[2] = even - odd;
    even = y[0] + 2 * y[2];
    odd = CK_SQRT * y[1] + 2 * CK_SQRT * y[3];
    result[3] = even + odd;
    result[4] = even - odd;
    result[5] = y[3];
  }
}

/// Transforms the mz my mx voxels of a tile of an output's gradient, whose first is `source`, with
/// the strides of `delta`, and stores position p at result + p * position_stride.
CK_INLINE void CK_L(transform_delta)(const int mz, const int my, const int mx, const ck_map *delta,
                                     const float *source, float *result,
                                     ptrdiff_t position_stride) {
  const int ty = my + 2, tx = mx + 2;
  V plane[4 * 6 * 6];
  for (int z = 0; z < mz; z++) {
    const float *p = source + z * delta->z_stride;
    V columns[6 * 4];
    CK_UNROLL
    for (int x = 0; x < mx; x++) {
      V y[4], column[6];
      CK_UNROLL
      for (int i = 0; i < my; i++)
        y[i] = CK_L(load_blocks)(p + i * delta->y_stride + x * delta->x_stride,
                                 delta->block_stride);
      CK_L(delta_axis)(my, y, column);
      CK_UNROLL
      for (int i = 0; i < ty; i++) columns[i * mx + x] = column[i];
    }
    CK_UNROLL
    for (int i = 0; i < ty; i++)
      CK_L(delta_axis)(mx, columns + i * mx, plane + (z * ty + i) * tx);
  }
  for (int i = 0; i < ty * tx; i++) {
    V y[4], column[6];
    CK_UNROLL
    for (int z = 0; z < mz; z++) y[z] = plane[z * ty * tx + i];
    CK_L(delta_axis)(mz, y, column);
    CK_UNROLL
    for (int z = 0; z < mz + 2; z++)
      CK_L(store)(result + (z * ty * tx + i) * position_stride, column[z]);
  }
}

#define CK_TRANSFORMS(size, mz, my, mx)                                                          \
  static __attribute__((noinline)) void CK_JOIN(CK_L(transform_input), size)(                    \
      const ck_map *in, const float *source, float *result, ptrdiff_t position_stride) {         \
    CK_L(transform_input)(mz, my, mx, in, source, result, position_stride);                      \
  }                                                                                              \
  static __attribute__((noinline)) void CK_JOIN(CK_L(transform_output), size)(                   \
      const float *product, ptrdiff_t position_stride, const ck_epilogue *e, const ck_map *out,  \
      const CK_L(ending) *end, const tile_place *at) {                                           \
    CK_L(transform_output)(mz, my, mx, product, position_stride, e, out, end, at);               \
  }                                                                                              \
  static __attribute__((noinline)) void CK_JOIN(CK_L(transform_delta), size)(                    \
      const ck_map *delta, const float *source, float *result, ptrdiff_t position_stride) {      \
    CK_L(transform_delta)(mz, my, mx, delta, source, result, position_stride);                   \
  }
CK_TRANSFORMS(_222, 2, 2, 2)
CK_TRANSFORMS(_244, 2, 4, 4)
CK_TRANSFORMS(_444, 4, 4, 4)
#undef CK_TRANSFORMS
