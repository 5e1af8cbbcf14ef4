// Float kernels for 3D convolutional networks.
//
// Layout. A feature map of C channels is stored in blocks of 8 channels: block, z, y, x, channel
// within the block; the channels of the last block beyond C are zero. A map is a view: it can be a
// part of a larger map (a crop, the interior of a padded map, a window of slices) by its address and
// strides.
//
// Every function is reentrant and keeps no state. Work is divided by the caller into tasks numbered
// from 0; what a task computes does not depend on which thread runs it or in which order.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CK_BLOCK = 8 };

/// The instruction sets; CK_ISA_BASE is SSE2 on x86-64 and NEON on arm64.
typedef enum { CK_ISA_BASE = 0, CK_ISA_AVX2 = 1, CK_ISA_AVX512 = 2 } ck_isa;

/// The best instruction set of this machine.
ck_isa ck_best_isa(void);

/// A view of a feature map; strides in floats.
typedef struct {
  float *data;  ///< channel 0 of voxel (0, 0, 0)
  int32_t channels, depth, height, width;
  ptrdiff_t block_stride, z_stride, y_stride, x_stride;
} ck_map;

/// What happens to a convolution's sums s before they are stored, in this order; channel arrays are
/// padded with zeros to whole blocks. `residual` may have fewer channels; the others get nothing.
///   s += bias; s += residual; raw = s; s = s * scale + shift; s = s > 0 ? s : s * slope
typedef struct {
  const float *bias;      ///< or NULL
  ck_map residual;        ///< data NULL for none; same extent as the output
  ck_map raw;             ///< data NULL for none; where the sum is kept too
  const float *scale;     ///< or NULL, with shift
  const float *shift;
  const float *slope;     ///< or NULL for no activation
} ck_epilogue;

typedef enum {
  CK_DIRECT = 0,        ///< any shape
  CK_WINOGRAD_222 = 1,  ///< 3x3x3, stride 1, dilation 1: output tiles of 2x2x2
  CK_WINOGRAD_244 = 2,  ///< tiles of 2x4x4 (z, y, x)
  CK_WINOGRAD_444 = 3
} ck_algorithm;

/// A convolution without padding: output voxel o reads the inputs o * stride + tap * dilation. The
/// caller pads. Triples are (z, y, x).
typedef struct {
  int32_t in_channels, out_channels;
  int32_t kernel[3], stride[3], dilation[3];
  ck_algorithm algorithm;
  ck_isa isa;
} ck_convolution;

/// The number of floats of the packed weights.
size_t ck_packed_size(const ck_convolution *convolution);

/// Packs weights (out, in, kz, ky, kx) for the algorithm; for Winograd this is their transform,
/// computed in double precision.
void ck_pack(const ck_convolution *convolution, const float *weights, float *packed);

/// The number of floats of scratch memory that each worker needs, 64-byte aligned.
size_t ck_scratch_size(const ck_convolution *convolution);

/// The number of tasks into which the computation of `out` is divided.
int64_t ck_task_count(const ck_convolution *convolution, const ck_map *out);

/// Computes one task. `in` must hold every voxel that `out` reads; `in` and `out` do not overlap.
void ck_convolve(const ck_convolution *convolution, const ck_map *in, const float *packed,
                 const ck_epilogue *epilogue, const ck_map *out, int64_t task, float *scratch);

#ifdef __cplusplus
}
#endif
