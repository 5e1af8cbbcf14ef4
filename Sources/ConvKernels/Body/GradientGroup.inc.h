// The gradient's part of what is compiled for each size of a group of output channels: sums of outer
// products of input channels (columns) with the group's channels stay in registers.

/// Adds to `result` (or begins it with) the sums over voxels of the products of `columns` input
/// channels with the group's channels. The voxels are `count` stretches of `width`, `step` floats
/// apart, which begin at in + starts[i]. Deltas: voxel, channel; result: input channel, output channel.
CK_INLINE void CK_G(outer_of)(const int columns, const float *in, const ptrdiff_t *starts,
                              int64_t count, int64_t width, ptrdiff_t step, const float *deltas,
                              int adds, float *result) {
  V sum[CK_COLUMNS * CK_VECTORS];
  CK_UNROLL
  for (int i = 0; i < columns * CK_VECTORS; i++) sum[i] = (V){0};
  for (int64_t i = 0; i < count; i++) {
    const float *voxel = in + starts[i];
    for (int64_t x = 0; x < width; x++) {
      V delta[CK_VECTORS];
      CK_UNROLL
      for (int v = 0; v < CK_VECTORS; v++) delta[v] = CK_L(load)(deltas + v * CK_LANES);
      CK_UNROLL
      for (int c = 0; c < columns; c++) {
        V value = CK_L(broadcast)(voxel[c]);
        CK_UNROLL
        for (int v = 0; v < CK_VECTORS; v++) sum[c * CK_VECTORS + v] += value * delta[v];
      }
      voxel += step;
      deltas += CK_VECTORS * CK_LANES;
    }
  }
  CK_UNROLL
  for (int i = 0; i < columns * CK_VECTORS; i++) {
    V before = adds ? CK_L(load)(result + i * CK_LANES) : (V){0};
    CK_L(store)(result + i * CK_LANES, before + sum[i]);
  }
}

#define CK_CASE(n)                                                                           \
  case n:                                                                                    \
    if (n <= CK_COLUMNS)                                                                     \
      CK_G(outer_of)(n <= CK_COLUMNS ? n : 1, in, starts, count, width, step, deltas, adds,  \
                     result);                                                                \
    break;
static __attribute__((noinline)) void CK_G(outer)(int columns, const float *in,
                                                  const ptrdiff_t *starts, int64_t count,
                                                  int64_t width, ptrdiff_t step,
                                                  const float *deltas, int adds, float *result) {
  switch (columns) {
    CK_CASE(1) CK_CASE(2) CK_CASE(3) CK_CASE(4) CK_CASE(5) CK_CASE(6) CK_CASE(7)
    CK_CASE(8) CK_CASE(9) CK_CASE(10) CK_CASE(11) CK_CASE(12) CK_CASE(13) CK_CASE(14)
  }
}
#undef CK_CASE

/// The same for any number of channels, in equal parts.
static void CK_G(outer_channels)(int channels, const float *in, const ptrdiff_t *starts,
                                 int64_t count, int64_t width, ptrdiff_t step,
                                 const float *deltas, int adds, float *result) {
  const int parts = (channels + CK_COLUMNS - 1) / CK_COLUMNS;
  for (int part = 0; part < parts; part++) {
    const int first = channels * part / parts, end = channels * (part + 1) / parts;
    CK_G(outer)(end - first, in + first, starts, count, width, step, deltas, adds,
                result + first * CK_VECTORS * CK_LANES);
  }
}

/// See ck_kernels.
static void CK_G(gradient_direct)(const ck_gradient *g, const ck_map *in, const ck_map *delta,
                                  int64_t first, int32_t count, int32_t in_begin, int32_t in_end,
                                  int32_t out_block, int adds, float *sums, float *scratch) {
  const ck_convolution *c = &g->convolution;
  const int32_t pieces = ck_stretches(g->size[2]);
  // Either one stretch or some of equal width.
  const int32_t piece = (int32_t)(first % pieces);
  const int32_t left = (int32_t)((int64_t)g->size[2] * piece / pieces);
  const int32_t width = (int32_t)((int64_t)g->size[2] * (piece + 1) / pieces) - left;
  ptrdiff_t starts[CK_GRADIENT_VOXELS];
  float *packed = scratch;
  for (int32_t i = 0; i < count; i++) {
    const int64_t row = (first + i) / pieces;
    const int32_t y = (int32_t)(row % g->size[1]), z = (int32_t)(row / g->size[1]);
    starts[i] = offset(in, z * c->stride[0], y * c->stride[1], left * c->stride[2]);
    const float *from = delta->data + out_block * delta->block_stride + offset(delta, z, y, left);
    for (int32_t x = 0; x < width; x++, from += delta->x_stride)
      CK_UNROLL
      for (int v = 0; v < CK_VECTORS; v++, packed += CK_LANES)
        CK_L(store)(packed, CK_L(load_blocks)(
                                from + v * (CK_LANES / CK_BLOCK) * delta->block_stride,
                                delta->block_stride));
  }
  const ptrdiff_t step = in->x_stride * c->stride[2];
  const ptrdiff_t tap_size = (ptrdiff_t)c->in_channels * CK_VECTORS * CK_LANES;
  for (int32_t block = in_begin; block < in_end; block++) {
    const int32_t rest = c->in_channels - block * CK_BLOCK;
    float *result = sums + (ptrdiff_t)block * CK_BLOCK * CK_VECTORS * CK_LANES;
    for (int32_t kz = 0; kz < c->kernel[0]; kz++)
      for (int32_t ky = 0; ky < c->kernel[1]; ky++)
        for (int32_t kx = 0; kx < c->kernel[2]; kx++, result += tap_size)
          CK_G(outer_channels)(rest < CK_BLOCK ? rest : CK_BLOCK,
                               in->data + block * in->block_stride +
                                   offset(in, kz * c->dilation[0], ky * c->dilation[1],
                                          kx * c->dilation[2]),
                               starts, count, width, step, scratch, adds, result);
  }
}

/// The products of some tiles for one group of output channels at one position, whose tiles lie
/// `offset` tiles after those of position 0.
static void CK_G(gradient_products)(int32_t in_channels, const float *inputs,
                                    ptrdiff_t block_size, int64_t offset, int64_t tiles,
                                    const float *deltas, int adds, float *sums) {
  const ptrdiff_t start = 0;
  for (int64_t done = 0; done < tiles; done += CK_GRADIENT_TILES) {
    const int64_t left = tiles - done, count = left < CK_GRADIENT_TILES ? left : CK_GRADIENT_TILES;
    for (int32_t channel = 0; channel < in_channels;) {
      const int32_t rest = in_channels - channel, lanes = input_lanes(rest);
      const int32_t channels = rest < lanes ? rest : lanes;
      CK_G(outer_channels)(channels,
                           inputs + channel / CK_BLOCK * block_size + (offset + done) * lanes, &start, 1, count, lanes, deltas + done * CK_VECTORS * CK_LANES,
                           adds || done > 0, sums + channel * CK_VECTORS * CK_LANES);
      channel += channels;
    }
  }
}

/// Transforms a tile's gradient of the group's channels, of which those from `source` on are `extent`
/// voxels within the output.
static void CK_G(gradient_deltas)(const int size, const ck_map *delta, const float *source,
                                  const int32_t extent[3], float *result,
                                  ptrdiff_t position_stride) {
  const int32_t edges[3] = {tile_depth(size), tile_edge(size), tile_edge(size)};
  for (int v = 0; v < CK_VECTORS; v++) {
    const float *from = source + v * (CK_LANES / CK_BLOCK) * delta->block_stride;
    // At the far border a copy supplies zeros for the voxels beyond it.
    float copy[4 * 4 * 4 * CK_LANES];
    ck_map map = *delta;
    if (extent[0] < edges[0] || extent[1] < edges[1] || extent[2] < edges[2]) {
      map = copy_tile(delta, from, CK_LANES / CK_BLOCK, edges, extent, copy);
      from = copy;
    }
    CK_FOR_SIZE(size, CK_L(transform_delta), &map, from, result + v * CK_LANES, position_stride);
  }
}
