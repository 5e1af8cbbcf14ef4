// The gradient's entries of the table of kernels.

static void gradient_direct(const ck_gradient *g, const ck_map *in, const ck_map *delta,
                            int64_t first, int32_t count, int32_t in_begin, int32_t in_end,
                            int32_t out_block, int adds, float *sums, float *scratch) {
  const ck_convolution *c = &g->convolution;
  sums += (ptrdiff_t)ck_positions(c) * c->in_channels * out_block * CK_BLOCK;
  CK_FOR_GROUP(ck_group(CK_GROUP, ck_blocks(c->out_channels) - out_block), gradient_direct, g, in,
               delta, first, count, in_begin, in_end, out_block, adds, sums, scratch);
}

/// A tile of a batch: its image and first output voxel.
typedef struct {
  int64_t image;
  int32_t z, y, x;
} batch_tile;

/// The tile of a number, in the order image, z, y, x.
CK_INLINE batch_tile tile_at(const int size, const ck_gradient *g, int64_t number) {
  const int mz = tile_depth(size), my = tile_edge(size), mx = my;
  const int64_t across = (g->size[2] + mx - 1) / mx, down = (g->size[1] + my - 1) / my;
  const int64_t deep = (g->size[0] + mz - 1) / mz, row = number / across, plane = row / down;
  return (batch_tile){.image = plane / deep,
                      .z = (int32_t)(plane % deep) * mz,
                      .y = (int32_t)(row % down) * my,
                      .x = (int32_t)(number % across) * mx};
}

/// Fetches a tile's deltas of some blocks of channels.
CK_INLINE void prefetch_deltas(const int size, const ck_gradient *g, const ck_map *delta,
                               int32_t block, int32_t blocks, batch_tile at) {
  const int my = tile_edge(size), mx = my;
  const float *first = delta->data + block * delta->block_stride + offset(delta, at.z, at.y, at.x);
  for (int i = 0; i < blocks; i++, first += delta->block_stride)
    for (int z = 0; z < tile_depth(size) && at.z + z < g->size[0]; z++)
      for (int y = 0; y < my && at.y + y < g->size[1]; y++) {
        const float *row = first + offset(delta, z, y, 0);
        CK_UNROLL
        for (int x = 1; x < mx; x += 2) __builtin_prefetch(row + x * delta->x_stride);
      }
}

/// The transforms of a run of tiles: those of the inputs, then those of the deltas.
CK_INLINE void gradient_transform(const int size, const ck_gradient *g, const ck_map *in,
                                  const ck_map *delta, int64_t first, int64_t count,
                                  const ck_transforms *to, int64_t place) {
  const ck_convolution *c = &g->convolution;
  const int32_t in_blocks = ck_blocks(c->in_channels), out_blocks = ck_blocks(c->out_channels);
  const ptrdiff_t block_size = (ptrdiff_t)positions_of(size) * to->capacity * CK_BLOCK;
  for (int32_t block = 0; block < in_blocks;) {
    const int32_t blocks = input_lanes(c->in_channels - block * CK_BLOCK) / CK_BLOCK;
    for (int64_t t = 0; t < count; t++) {
      const batch_tile at = tile_at(size, g, first + t);
      transform_input_tile(size, in + at.image, block, blocks, at.z, at.y, at.x,
                           to->inputs + block * block_size + (place + t) * blocks * CK_BLOCK,
                           to->capacity * blocks * CK_BLOCK);
    }
    block += blocks;
  }
  for (int32_t block = 0; block < out_blocks;) {
    const int32_t blocks = ck_group(CK_GROUP, out_blocks - block);
    batch_tile at = tile_at(size, g, first);
    for (int64_t t = 0; t < count; t++) {
      const ck_map *from = delta + at.image;
      const int32_t extent[3] = {g->size[0] - at.z, g->size[1] - at.y, g->size[2] - at.x};
      const float *source =
          from->data + block * from->block_stride + offset(from, at.z, at.y, at.x);
      if (t + 1 < count) {
        at = tile_at(size, g, first + t + 1);
        prefetch_deltas(size, g, delta + at.image, block, blocks, at);
      }
      CK_FOR_GROUP(blocks, gradient_deltas, size, from, source, extent,
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

/// The sum of some slots' sums.
CK_INLINE double8 slots_total(const float *sums, int32_t slots, size_t slot_size) {
  double8 total = __builtin_convertvector(load8(sums), double8);
  for (int32_t slot = 1; slot < slots; slot++)
    total += __builtin_convertvector(load8(sums + slot * slot_size), double8);
  return total;
}

/// The first step of G^T: `count` vectors of sums at each position, position p at sums + p * stride,
/// are added up and transformed along z to count x 3 x plane.
CK_INLINE void finish_depth(const int size, const float *sums, ptrdiff_t stride, int32_t slots,
                            size_t slot_size, int32_t count, double8 *result) {
  const int mz = tile_depth(size), edge = tile_edge(size) + 2, plane = edge * edge;
  for (int p = 0; p < plane; p++)
    for (int32_t i = 0; i < count; i++) {
      double8 column[6];
      CK_UNROLL
      for (int z = 0; z < mz + 2; z++)
        column[z] = slots_total(sums + (p + z * plane) * stride + i * CK_BLOCK, slots, slot_size);
      gradient_axis(mz, column, 1, result + i * 3 * plane + p, plane);
    }
}

/// The other steps, along y and x: 3 x plane sums become 27 weights.
CK_INLINE void finish_plane(const int size, const double8 *by_z, double8 *weights) {
  const int m = tile_edge(size), edge = m + 2;
  double8 by_y[3 * 3 * 6];
  for (int z = 0; z < 3; z++)
    for (int x = 0; x < edge; x++)
      gradient_axis(m, by_z + edge * edge * z + x, edge, by_y + 3 * edge * z + x, edge);
  for (int row = 0; row < 9; row++) gradient_axis(m, by_y + edge * row, 1, weights + 3 * row, 1);
}

/// Writes the gradient of the weights from one input channel to a block of output channels.
CK_INLINE void write_weights(const ck_convolution *c, const double8 *values, int32_t in,
                             int32_t out_block, int32_t taps, float *weights) {
  const int32_t out = out_block * CK_BLOCK, rest = c->out_channels - out;
  for (int32_t lane = 0; lane < CK_BLOCK && lane < rest; lane++) {
    float *to = weights + ((ptrdiff_t)(out + lane) * c->in_channels + in) * taps;
    for (int32_t tap = 0; tap < taps; tap++) to[tap] = (float)values[tap][lane];
  }
}

static void gradient_finish(const ck_gradient *g, const float *sums, int32_t slots,
                            size_t slot_size, int32_t in_block, int32_t out_block,
                            float *weights, double *scratch) {
  const ck_convolution *c = &g->convolution;
  const int32_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
  const int32_t blocks = ck_group(CK_GROUP, ck_blocks(c->out_channels) - out_block);
  const int32_t first = in_block * CK_BLOCK, rest = c->in_channels - first;
  const int32_t channels = rest < CK_BLOCK ? rest : CK_BLOCK, count = channels * blocks;
  const ptrdiff_t stride = (ptrdiff_t)c->in_channels * blocks * CK_BLOCK;
  sums += ((ptrdiff_t)ck_positions(c) * out_block * c->in_channels + first * blocks) * CK_BLOCK;
  // Order: input channel and block of output channels, position.
  double8 *totals = (double8 *)scratch;
  int32_t each = taps;
  if (slots == 0) {
    for (int32_t i = 0; i < count * taps; i++) totals[i] = (double8){0};
  } else if (c->algorithm == CK_DIRECT) {
    for (int32_t p = 0; p < taps; p++)
      for (int32_t i = 0; i < count; i++)
        totals[i * taps + p] =
            slots_total(sums + p * stride + i * CK_BLOCK, slots, slot_size);
  } else {
    each = ck_positions(c) / (ck_tile(c->algorithm, 0) + 2) * 3;
    if (c->algorithm == CK_WINOGRAD_222)
      finish_depth(222, sums, stride, slots, slot_size, count, totals);
    else if (c->algorithm == CK_WINOGRAD_244)
      finish_depth(244, sums, stride, slots, slot_size, count, totals);
    else
      finish_depth(444, sums, stride, slots, slot_size, count, totals);
  }
  for (int32_t i = 0; i < count; i++) {
    double8 transformed[27];
    const double8 *values = totals + i * each;
    if (slots > 0 && c->algorithm != CK_DIRECT) {
      if (c->algorithm == CK_WINOGRAD_222)
        finish_plane(222, values, transformed);
      else
        finish_plane(444, values, transformed);
      values = transformed;
    }
    write_weights(c, values, first + i / blocks, out_block + i % blocks, taps, weights);
  }
}
