// The gradient's entries of the table of kernels.

static void gradient_direct(const ck_gradient *g, const ck_map *in, const ck_map *delta,
                            int64_t first, int32_t count, int32_t in_begin, int32_t in_end,
                            int32_t out_block, int adds, float *sums, float *scratch) {
  const ck_convolution *c = &g->convolution;
  sums += (ptrdiff_t)ck_positions(c) * c->in_channels * out_block * CK_BLOCK;
  CK_FOR_GROUP(ck_group(CK_GROUP, ck_blocks(c->out_channels) - out_block), gradient_direct, g, in,
               delta, first, count, in_begin, in_end, out_block, adds, sums, scratch);
}

/// The transforms of a run of tiles: those of the inputs, then those of the deltas.
CK_INLINE void gradient_transform(const int size, const ck_gradient *g, const ck_map *in,
                                  const ck_map *delta, int64_t first, int64_t count,
                                  const ck_transforms *to, int64_t place) {
  const int mz = tile_depth(size), my = tile_edge(size), mx = my;
  const ck_convolution *c = &g->convolution;
  const int64_t across = (g->size[2] + mx - 1) / mx, down = (g->size[1] + my - 1) / my;
  const int64_t deep = (g->size[0] + mz - 1) / mz;
  const int32_t in_blocks = ck_blocks(c->in_channels), out_blocks = ck_blocks(c->out_channels);
  const ptrdiff_t block_size = (ptrdiff_t)positions_of(size) * to->capacity * CK_BLOCK;
  for (int32_t block = 0; block < in_blocks;) {
    const int32_t blocks = input_lanes(c->in_channels - block * CK_BLOCK) / CK_BLOCK;
    for (int64_t t = 0; t < count; t++) {
      const int64_t tile = first + t, row = tile / across, plane = row / down;
      const int32_t x = (int32_t)(tile % across) * mx, y = (int32_t)(row % down) * my;
      const int32_t z = (int32_t)(plane % deep) * mz;
      const ck_map *from = in + plane / deep;
      transform_input_tile(size, from, block, blocks, z, y, x,
                           to->inputs + block * block_size + (place + t) * blocks * CK_BLOCK,
                           to->capacity * blocks * CK_BLOCK);
    }
    block += blocks;
  }
  for (int32_t block = 0; block < out_blocks;) {
    const int32_t blocks = ck_group(CK_GROUP, out_blocks - block);
    for (int64_t t = 0; t < count; t++) {
      const int64_t tile = first + t, row = tile / across, plane = row / down;
      const int32_t x = (int32_t)(tile % across) * mx, y = (int32_t)(row % down) * my;
      const int32_t z = (int32_t)(plane % deep) * mz;
      const ck_map *from = delta + plane / deep;
      const int32_t extent[3] = {g->size[0] - z, g->size[1] - y, g->size[2] - x};
      CK_FOR_GROUP(blocks, gradient_deltas, size, from,
                   from->data + block * from->block_stride + offset(from, z, y, x), extent,
                   to->deltas + block * block_size + (place + t) * blocks * CK_BLOCK,
                   to->capacity * blocks * CK_BLOCK);
    }
    block += blocks;
  }
}

#define CK_TRANSFORM(size)                                                                     \
  static void CK_JOIN(gradient_transform, size)(                                               \
      const ck_gradient *g, const ck_map *in, const ck_map *delta, int64_t first,              \
      int64_t count, const ck_transforms *to, int64_t place) {                                 \
    gradient_transform(size, g, in, delta, first, count, to, place);                           \
  }
CK_TRANSFORM(222)
CK_TRANSFORM(244)
CK_TRANSFORM(444)
#undef CK_TRANSFORM

static void gradient_products(const ck_gradient *g, const ck_transforms *from, int64_t tiles,
                              int32_t begin, int32_t end, int adds, float *sums) {
  const ck_convolution *c = &g->convolution;
  const int32_t out_blocks = ck_blocks(c->out_channels), positions = ck_positions(c);
  const ptrdiff_t block_size = (ptrdiff_t)positions * from->capacity * CK_BLOCK;
  for (int32_t p = begin; p < end; p++)
    for (int32_t block = 0; block < out_blocks;) {
      const int32_t blocks = ck_group(CK_GROUP, out_blocks - block);
      CK_FOR_GROUP(blocks, gradient_products, c->in_channels, from->inputs, block_size,
                   p * from->capacity, tiles,
                   from->deltas + block * block_size + p * from->capacity * blocks * CK_BLOCK,
                   adds,
                   sums + ((ptrdiff_t)positions * block + (ptrdiff_t)p * blocks) *
                              c->in_channels * CK_BLOCK);
      block += blocks;
    }
}

/// G^T s along one axis, whose elements lie `stride` apart: m + 2 sums become 3 weights.
CK_INLINE void gradient_axis(const int m, const double8 *s, int stride, double8 *result,
                             int result_stride) {
  const double near = 0.70710678118654752440, far = 1.41421356237309504880;
  const double8 sum = s[stride] + s[2 * stride], difference = s[stride] - s[2 * stride];
  if (m == 2) {
    result[0] = s[0] + 0.5 * sum;
    result[result_stride] = 0.5 * difference;
    result[2 * result_stride] = 0.5 * sum + s[3 * stride];
  } else {
    const double8 far_sum = s[3 * stride] + s[4 * stride];
    const double8 far_difference = s[3 * stride] - s[4 * stride];
    result[0] = s[0] - 2.0 / 3 * sum + 1.0 / 6 * far_sum;
    result[result_stride] = far / 6 * far_difference - 2.0 / 3 * near * difference;
    result[2 * result_stride] = s[5 * stride] - 1.0 / 3 * sum + 1.0 / 3 * far_sum;
  }
}

/// G^T along z, y and x: the sums of all positions become 27 weights.
CK_INLINE void gradient_weights(const int size, const double8 *s, double8 *weights) {
  const int mz = tile_depth(size), my = tile_edge(size), mx = my;
  const int edge = mx + 2, plane = edge * edge;
  double8 by_z[3 * 6 * 6], by_y[3 * 3 * 6];
  for (int i = 0; i < plane; i++) gradient_axis(mz, s + i, plane, by_z + i, plane);
  for (int z = 0; z < 3; z++)
    for (int x = 0; x < edge; x++)
      gradient_axis(my, by_z + plane * z + x, edge, by_y + 3 * edge * z + x, edge);
  for (int row = 0; row < 9; row++) gradient_axis(mx, by_y + edge * row, 1, weights + 3 * row, 1);
}

static void gradient_finish(const ck_gradient *g, const float *sums, int32_t slots,
                            size_t slot_size, int32_t in_block, int32_t out_block,
                            float *weights, double *scratch) {
  const ck_convolution *c = &g->convolution;
  const int32_t positions = ck_positions(c);
  const int32_t blocks = ck_group(CK_GROUP, ck_blocks(c->out_channels) - out_block);
  const int32_t first = in_block * CK_BLOCK, rest = c->in_channels - first;
  const int32_t channels = rest < CK_BLOCK ? rest : CK_BLOCK, all = channels * blocks;
  // The sums of the slots. Order: input channel, block of output channels, position.
  double8 *total = (double8 *)scratch;
  for (int32_t p = 0; p < positions; p++) {
    const float *from = sums + ((ptrdiff_t)positions * out_block * c->in_channels +
                                ((ptrdiff_t)p * c->in_channels + first) * blocks) *
                                   CK_BLOCK;
    for (int32_t i = 0; i < all; i++) {
      double8 sum = {0};
      for (int32_t slot = 0; slot < slots; slot++)
        sum += __builtin_convertvector(load8(from + slot * slot_size + i * CK_BLOCK), double8);
      total[i * positions + p] = sum;
    }
  }
  const int32_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
  for (int32_t i = 0; i < all; i++) {
    double8 transformed[27];
    const double8 *result = total + i * positions;
    if (c->algorithm != CK_DIRECT) {
      if (c->algorithm == CK_WINOGRAD_222)
        gradient_weights(222, result, transformed);
      else if (c->algorithm == CK_WINOGRAD_244)
        gradient_weights(244, result, transformed);
      else
        gradient_weights(444, result, transformed);
      result = transformed;
    }
    const int32_t in = first + i / blocks, out = (out_block + i % blocks) * CK_BLOCK;
    for (int32_t lane = 0; lane < CK_BLOCK && out + lane < c->out_channels; lane++) {
      float *to = weights + ((ptrdiff_t)(out + lane) * c->in_channels + in) * taps;
      for (int32_t tap = 0; tap < taps; tap++) to[tap] = (float)result[tap][lane];
    }
  }
}
