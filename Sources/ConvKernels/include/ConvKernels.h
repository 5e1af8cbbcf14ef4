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

/// Some tiles of a row of tiles: first..<end.
typedef struct {
  int32_t first, end;
} ck_span;

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
  /// For Winograd's algorithm, the tiles of each row of tiles (z, y) that are computed at all; what
  /// the others would have stored stays as it is. NULL for all tiles.
  const ck_span *wanted;
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

/// The algorithm that is fastest for an output of this size, by a model of the work, whatever
/// `convolution->algorithm` says. The relative rms error of a layer is at most 1e-6 for CK_DIRECT and
/// CK_WINOGRAD_222 and 5e-6 for the others (docs/winograd.md); the packed weights are 2.4, 5.3 and 8
/// times as many for CK_WINOGRAD_222, _244 and _444.
ck_algorithm ck_choose(const ck_convolution *convolution, int32_t depth, int32_t height,
                       int32_t width);

/// The number of floats of the packed weights.
size_t ck_packed_size(const ck_convolution *convolution);

/// Packs weights (out, in, kz, ky, kx) for the algorithm; for Winograd this is their transform,
/// computed in double precision.
void ck_pack(const ck_convolution *convolution, const float *weights, float *packed);

/// The same in tasks, each of which packs the weights of some output channels.
int64_t ck_pack_task_count(const ck_convolution *convolution);
void ck_pack_task(const ck_convolution *convolution, const float *weights, float *packed,
                  int64_t task);

/// The number of floats of scratch memory that each worker needs, 64-byte aligned.
size_t ck_scratch_size(const ck_convolution *convolution);

/// The number of tasks into which the computation of `out` is divided.
int64_t ck_task_count(const ck_convolution *convolution, const ck_map *out);

/// Computes one task. `in` must hold every voxel that `out` reads; `in` and `out` do not overlap.
void ck_convolve(const ck_convolution *convolution, const ck_map *in, const float *packed,
                 const ck_epilogue *epilogue, const ck_map *out, int64_t task, float *scratch);

/// The gradient of a convolution's weights for a batch of images of equal size,
///   dW[o, i, t] = sum over images and output voxels p of in[i, p * stride + t * dilation] delta[o, p],
/// computed by the convolution's algorithm or its adjoint. It runs in stages, each of which needs the
/// results of those before it; a stage's tasks can run at the same time. The result depends on the
/// shapes alone, not on which thread runs what.
typedef struct {
  ck_convolution convolution;
  int32_t images;
  int32_t size[3];  ///< of each image's output, (z, y, x)
} ck_gradient;

/// The algorithm that is fastest for a gradient, by a model of the work, whatever
/// `gradient->convolution.algorithm` says. The relative rms error is at most 1e-6 for CK_DIRECT and
/// CK_WINOGRAD_222 and 5e-6 for the others (docs/winograd.md).
ck_algorithm ck_gradient_choose(const ck_gradient *gradient);

/// The number of floats of memory that all tasks share, 64-byte aligned, and of scratch memory that
/// each worker needs, the same. Both are moderate: some copies of the result at most.
size_t ck_gradient_memory_size(const ck_gradient *gradient);
size_t ck_gradient_scratch_size(const ck_gradient *gradient);

/// The number of stages, and that of a stage's tasks.
int64_t ck_gradient_stage_count(const ck_gradient *gradient);
int64_t ck_gradient_task_count(const ck_gradient *gradient, int64_t stage);

/// Computes one task of a stage.
/// \param in the inputs of each image, which must hold every voxel that the output reads
/// \param delta the gradient of each image's output
/// \param weights the gradient of the weights (out, in, kz, ky, kx), whole after the last stage
void ck_gradient_task(const ck_gradient *gradient, const ck_map *in, const ck_map *delta,
                      int64_t stage, int64_t task, float *memory, float *scratch, float *weights);

/// The number of tasks into which work on each voxel by itself is divided: a plane of a block each,
/// planes fastest.
int64_t ck_plane_count(const ck_map *map);

/// Computes one plane of y = x * scale + shift + residual; y = y > 0 ? y : y * slope. Channel arrays
/// are padded with zeros to whole blocks; each of `scale` with `shift`, `residual` and `slope` may be
/// NULL. The maps have the same extent; `out` may be `in` or `residual`. `residual` may have fewer
/// channels; the others get nothing.
void ck_affine_activate(ck_isa isa, const ck_map *in, const float *scale, const float *shift,
                        const ck_map *residual, const float *slope, const ck_map *out,
                        int64_t task);

/// Sums over the voxels of one plane, in double precision: sums[c] of x - centre, sums[8 + c] of
/// (x - centre)^2 for the block's channels c. A centre near the mean keeps the variance exact.
/// \param centre one number a channel in whole blocks, or NULL for 0
void ck_channel_sums(ck_isa isa, const ck_map *map, const float *centre, int64_t task,
                     double sums[16]);

/// Puts rows of `count` channels, at most 8, beside each other: a row of a block, whose other
/// channels become zero.
void ck_interleave(const float *rows, ptrdiff_t row_stride, int32_t count, int32_t width,
                   float *voxels, ptrdiff_t x_stride);

/// Takes the rows of the first `count` channels out of a row of a block.
void ck_deinterleave(const float *voxels, ptrdiff_t x_stride, int32_t count, int32_t width,
                     float *rows, ptrdiff_t row_stride);

#ifdef __cplusplus
}
#endif
