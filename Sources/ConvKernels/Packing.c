#include "ConvKernels.h"

#include "Kernels.h"

/// One weight, or a linear combination of some, of the channels of an output block.
typedef struct {
  double lane[CK_BLOCK];
} block_weight;

/// G g along one axis, whose elements lie `stride` apart: 3 weights become m + 2 (docs/winograd.md).
static void transform_axis(int32_t m, const block_weight *g, int32_t stride, block_weight *result) {
  const double near = 0.70710678118654752440, far = 1.41421356237309504880;
  for (int lane = 0; lane < CK_BLOCK; lane++) {
    const double a = g[0].lane[lane], b = g[stride].lane[lane], c = g[2 * stride].lane[lane];
    result[0].lane[lane] = a;
    if (m == 2) {
      result[stride].lane[lane] = (a + c + b) * 0.5;
      result[2 * stride].lane[lane] = (a + c - b) * 0.5;
      result[3 * stride].lane[lane] = c;
    } else {
      const double even_near = (a + 0.5 * c) * (-2.0 / 3), odd_near = b * (-2.0 / 3 * near);
      const double even_far = (a + 2 * c) * (1.0 / 6), odd_far = b * (far / 6);
      result[stride].lane[lane] = even_near + odd_near;
      result[2 * stride].lane[lane] = even_near - odd_near;
      result[3 * stride].lane[lane] = even_far + odd_far;
      result[4 * stride].lane[lane] = even_far - odd_far;
      result[5 * stride].lane[lane] = c;
    }
  }
}

/// Stores the weights from one input channel to one output block by position (z, y, x), `stride`
/// floats apart. The block's channels lie `out_stride` apart, those from `channels` on are zero.
static void pack_block(const ck_convolution *c, const float *weights, int64_t out_stride,
                       int32_t channels, float *packed, int64_t stride) {
  const int32_t count = ck_positions(c);
  if (c->algorithm == CK_DIRECT) {
    for (int32_t i = 0; i < count; i++)
      for (int32_t lane = 0; lane < CK_BLOCK; lane++)
        packed[i * stride + lane] = lane < channels ? weights[lane * out_stride + i] : 0;
    return;
  }
  // Each step transforms the axis that is next, whose 3 elements become m + 2: x, then y, then z.
  const int32_t mz = ck_tile(c->algorithm, 0), my = ck_tile(c->algorithm, 1);
  const int32_t mx = ck_tile(c->algorithm, 2), edge_x = mx + 2, plane = (my + 2) * edge_x;
  block_weight g[27], by_x[9 * 6], by_y[3 * 6 * 6], by_z[6 * 6 * 6];
  for (int32_t i = 0; i < 27; i++)
    for (int32_t lane = 0; lane < CK_BLOCK; lane++)
      g[i].lane[lane] = lane < channels ? weights[lane * out_stride + i] : 0;
  for (int32_t row = 0; row < 9; row++) transform_axis(mx, g + 3 * row, 1, by_x + edge_x * row);
  for (int32_t z = 0; z < 3; z++)
    for (int32_t x = 0; x < edge_x; x++)
      transform_axis(my, by_x + 3 * edge_x * z + x, edge_x, by_y + plane * z + x);
  for (int32_t i = 0; i < plane; i++) transform_axis(mz, by_y + i, plane, by_z + i);
  for (int32_t i = 0; i < count; i++)
    for (int32_t lane = 0; lane < CK_BLOCK; lane++)
      packed[i * stride + lane] = (float)by_z[i].lane[lane];
}

size_t ck_packed_size(const ck_convolution *c) {
  return (size_t)ck_blocks(c->out_channels) * CK_BLOCK * (size_t)ck_positions(c) *
         (size_t)c->in_channels;
}

int64_t ck_pack_task_count(const ck_convolution *c) {
  int32_t blocks = ck_blocks(c->out_channels);
  int64_t groups = 0;
  for (; blocks > 0; groups++) blocks -= ck_group(ck_kernels_of(c->isa)->group_blocks, blocks);
  return groups;
}

// Order: group of output channels, position, input channel, output channel within the group.
void ck_pack_task(const ck_convolution *c, const float *weights, float *packed, int64_t task) {
  const int32_t most = ck_kernels_of(c->isa)->group_blocks, all = ck_blocks(c->out_channels);
  int32_t first = 0;
  for (; task > 0; task--) first += ck_group(most, all - first);
  const int32_t blocks = ck_group(most, all - first), lanes = blocks * CK_BLOCK;
  const int64_t taps = (int64_t)c->kernel[0] * c->kernel[1] * c->kernel[2];
  const int64_t out_stride = c->in_channels * taps;
  packed += (int64_t)ck_positions(c) * c->in_channels * first * CK_BLOCK;
  for (int32_t in = 0; in < c->in_channels; in++)
    for (int32_t block = 0; block < blocks; block++) {
      const int32_t out = (first + block) * CK_BLOCK;
      pack_block(c, weights + out * out_stride + in * taps, out_stride, c->out_channels - out,
                 packed + in * lanes + block * CK_BLOCK, (int64_t)c->in_channels * lanes);
    }
}

void ck_pack(const ck_convolution *c, const float *weights, float *packed) {
  const int64_t tasks = ck_pack_task_count(c);
  for (int64_t task = 0; task < tasks; task++) ck_pack_task(c, weights, packed, task);
}
