// What each instruction set provides, and the shapes that packing and computing agree on.
#pragma once
#include "ConvKernels.h"

/// The part of a convolution that one task computes: the output voxels (direct) or tiles (Winograd)
/// begin..<end, in the order z, y, x, and the blocks of output channels first_block..<end_block.
typedef struct {
  int64_t begin, end;
  int32_t first_block, end_block;
} ck_range;

/// The most passes of one task of a Winograd convolution.
enum { CK_MOST_PASSES = 4 };

/// The most terms of a gradient's plain sums: voxels of the direct method, tiles of the others.
enum { CK_GRADIENT_VOXELS = 128, CK_GRADIENT_TILES = 64 };

/// Where the transforms of some tiles lie. Order of the inputs: block or pair of blocks, position,
/// tile, channel; of the deltas: group of output channels, position, tile, channel.
typedef struct {
  float *inputs, *deltas;
  int64_t capacity;  ///< tiles for which there is room
} ck_transforms;

/// The kernels of one instruction set.
typedef struct {
  /// The most blocks of 8 output channels that one pass over the inputs computes; passes over fewer
  /// blocks are of half that size or a quarter.
  int32_t group_blocks;
  /// The most tiles of one pass of a Winograd convolution.
  int32_t pass_tiles;
  void (*direct)(const ck_convolution *, const ck_map *in, const float *packed,
                 const ck_epilogue *, const ck_map *out, ck_range);
  /// By algorithm: CK_WINOGRAD_222 first.
  void (*winograd[3])(const ck_convolution *, const ck_map *in, const float *packed,
                      const ck_epilogue *, const ck_map *out, ck_range, float *scratch);
  void (*affine_activate)(const ck_map *in, const float *scale, const float *shift,
                          const ck_map *residual, const float *slope, const ck_map *out,
                          int64_t task);
  void (*channel_sums)(const ck_map *map, const float *centre, int64_t task, double sums[16]);
  /// Adds the gradient over `count` stretches of one image (see ck_stretches), from number `first` on
  /// and of at most CK_GRADIENT_VOXELS voxels, to the sums for some blocks of input channels and the
  /// group of output channels from `out_block` on, or begins the sums with it. The sums are ordered as
  /// packed weights. Scratch: the group's channels of the voxels.
  void (*gradient_direct)(const ck_gradient *, const ck_map *in, const ck_map *delta,
                          int64_t first, int32_t count, int32_t in_begin, int32_t in_end,
                          int32_t out_block, int adds, float *sums, float *scratch);
  /// By algorithm: transforms `count` tiles from number `first` on, in the order image, z, y, x, which
  /// become those from `place` on.
  void (*gradient_transform[3])(const ck_gradient *, const ck_map *in, const ck_map *delta,
                                int64_t first, int64_t count, const ck_transforms *,
                                int64_t place);
  /// Adds the products of the first `tiles` tiles at the positions begin..<end to the sums, or begins
  /// the sums with them.
  void (*gradient_products)(const ck_gradient *, const ck_transforms *, int64_t tiles,
                            int32_t begin, int32_t end, int adds, float *sums);
  /// The gradient of the weights from a block of input channels to the group of output channels from
  /// `out_block` on, from `slots` copies of the sums. Scratch: a double for each of these sums.
  void (*gradient_finish)(const ck_gradient *, const float *sums, int32_t slots,
                          size_t slot_size, int32_t in_block, int32_t out_block, float *weights,
                          double *scratch);
  void (*interleave)(const float *rows, ptrdiff_t row_stride, int32_t count, int32_t width,
                     float *voxels, ptrdiff_t x_stride);
  void (*deinterleave)(const float *voxels, ptrdiff_t x_stride, int32_t count, int32_t width,
                       float *rows, ptrdiff_t row_stride);
} ck_kernels;

extern const ck_kernels ck_kernels_base;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2, ck_kernels_avx512;
#endif

const ck_kernels *ck_kernels_of(ck_isa isa);

static inline int32_t ck_blocks(int32_t channels) { return (channels + CK_BLOCK - 1) / CK_BLOCK; }

/// The number of blocks of the group that starts where `remaining` blocks are left: the largest
/// halving of `most` that is not more.
static inline int32_t ck_group(int32_t most, int32_t remaining) {
  int32_t blocks = most;
  while (blocks > remaining) blocks /= 2;
  return blocks;
}

/// Whether an output voxel reads only the input voxel of the same index.
static inline int ck_is_pointwise(const ck_convolution *c) {
  for (int axis = 0; axis < 3; axis++)
    if (c->kernel[axis] != 1 || c->stride[axis] != 1) return 0;
  return 1;
}

/// The edge of a Winograd algorithm's output tiles along an axis (z, y, x); 1 for the direct method.
static inline int32_t ck_tile(ck_algorithm algorithm, int axis) {
  if (algorithm == CK_DIRECT) return 1;
  if (algorithm == CK_WINOGRAD_222 || (algorithm == CK_WINOGRAD_244 && axis == 0)) return 2;
  return 4;
}

/// The weights of one pair of channels: taps of the direct method, positions of the transform.
static inline int32_t ck_positions(const ck_convolution *c) {
  int32_t count = 1;
  for (int axis = 0; axis < 3; axis++)
    count *= c->algorithm == CK_DIRECT ? c->kernel[axis] : ck_tile(c->algorithm, axis) + 2;
  return count;
}

/// The stretches of at most CK_GRADIENT_VOXELS voxels into which a row of an output is divided.
static inline int32_t ck_stretches(int32_t width) {
  return (width + CK_GRADIENT_VOXELS - 1) / CK_GRADIENT_VOXELS;
}
