#include "ConvKernels.h"

#include "Kernels.h"

/// G g along one axis, whose elements lie `stride` apart: 3 weights become m + 2 (docs/winograd.md).
static void transform_axis(int32_t m, const double *g, int64_t stride, double *result,
                           int64_t result_stride) {
  const double a = g[0], b = g[stride], c = g[2 * stride];
  double rows[6];
  if (m == 2) {
    rows[0] = a;
    rows[1] = (a + b + c) / 2;
    rows[2] = (a - b + c) / 2;
    rows[3] = c;
  } else {
    const double near = 0.70710678118654752440, far = 1.41421356237309504880;
    rows[0] = a;
    rows[1] = (a + near * b + c / 2) / -1.5;
    rows[2] = (a - near * b + c / 2) / -1.5;
    rows[3] = (a + far * b + 2 * c) / 6;
    rows[4] = (a - far * b + 2 * c) / 6;
    rows[5] = c;
  }
  for (int32_t i = 0; i < m + 2; i++) result[i * result_stride] = rows[i];
}

/// Stores the weights of one pair of channels, by position (z, y, x), `stride` floats apart.
static void pack_pair(const ck_convolution *c, const float *weights, float *packed,
                      int64_t stride) {
  const int32_t count = ck_positions(c);
  if (c->algorithm == CK_DIRECT) {
    for (int32_t i = 0; i < count; i++) packed[i * stride] = weights[i];
    return;
  }
  const int32_t mz = ck_tile(c->algorithm, 0), my = ck_tile(c->algorithm, 1);
  const int32_t mx = ck_tile(c->algorithm, 2), plane = (my + 2) * (mx + 2);
  double g[27], x_done[9 * 6], y_done[3 * 6 * 6], z_done[6 * 6 * 6];
  for (int i = 0; i < 27; i++) g[i] = weights[i];
  for (int i = 0; i < 9; i++) transform_axis(mx, g + 3 * i, 1, x_done + (mx + 2) * i, 1);
  for (int z = 0; z < 3; z++)
    for (int x = 0; x < mx + 2; x++)
      transform_axis(my, x_done + z * 3 * (mx + 2) + x, mx + 2, y_done + z * plane + x, mx + 2);
  for (int i = 0; i < plane; i++) transform_axis(mz, y_done + i, plane, z_done + i, plane);
  for (int32_t i = 0; i < count; i++) packed[i * stride] = (float)z_done[i];
}

size_t ck_packed_size(const ck_convolution *c) {
  return (size_t)ck_blocks(c->out_channels) * CK_BLOCK * (size_t)ck_positions(c) *
         (size_t)c->in_channels;
}

// Order: group of output channels, position, input channel, output channel within the group.
void ck_pack(const ck_convolution *c, const float *weights, float *packed) {
  const int32_t blocks = ck_blocks(c->out_channels), most = ck_kernels_of(c->isa)->group_blocks;
  const int64_t taps = (int64_t)c->kernel[0] * c->kernel[1] * c->kernel[2];
  const int32_t positions = ck_positions(c);
  for (int32_t block = 0; block < blocks;) {
    const int32_t lanes = ck_group(most, blocks - block) * CK_BLOCK;
    const int64_t stride = (int64_t)c->in_channels * lanes;
    for (int32_t in = 0; in < c->in_channels; in++)
      for (int32_t lane = 0; lane < lanes; lane++) {
        const int64_t out = block * CK_BLOCK + lane;
        float *to = packed + in * lanes + lane;
        if (out < c->out_channels)
          pack_pair(c, weights + (out * c->in_channels + in) * taps, to, stride);
        else
          for (int32_t i = 0; i < positions; i++) to[i * stride] = 0;
      }
    packed += positions * stride;
    block += lanes / CK_BLOCK;
  }
}
