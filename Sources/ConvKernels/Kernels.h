// What each instruction set provides, and the shapes that packing and computing agree on.
#pragma once
#include "ConvKernels.h"

/// The parts of a convolution that one call of a kernel computes: the output voxels begin..<end, in
/// the order z, y, x, and the blocks of output channels first_block..<end_block.
typedef struct {
  int64_t begin, end;
  int32_t first_block, end_block;
} ck_range;

/// The kernels of one instruction set.
typedef struct {
  /// The most blocks of 8 output channels that one pass over the inputs computes; passes over fewer
  /// blocks are of half that size, a quarter and so on.
  int32_t group_blocks;
  void (*direct)(const ck_convolution *, const ck_map *in, const float *packed,
                 const ck_epilogue *, const ck_map *out, ck_range);
} ck_kernels;

extern const ck_kernels ck_kernels_base;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2, ck_kernels_avx512;
#endif

static inline int32_t ck_blocks(int32_t channels) { return (channels + CK_BLOCK - 1) / CK_BLOCK; }

/// The number of blocks of the group that starts where `remaining` blocks are left: the largest
/// halving of `most` that is not more.
static inline int32_t ck_group(int32_t most, int32_t remaining) {
  int32_t blocks = most;
  while (blocks > remaining) blocks /= 2;
  return blocks;
}
