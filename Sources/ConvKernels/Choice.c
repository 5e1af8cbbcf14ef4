#include "ConvKernels.h"

#include "Kernels.h"

/// A Winograd algorithm's work for one tile, in the time of 16 multiply-adds (one instruction): the
/// transforms of a block of input and of output channels, measured where maps exceed the cache.
typedef struct {
  ck_algorithm algorithm;
  double input, output;
} transform_cost;

static const transform_cost transform_costs[] = {{CK_WINOGRAD_222, 400, 350},
                                                 {CK_WINOGRAD_244, 850, 750},
                                                 {CK_WINOGRAD_444, 1300, 1200}};

static int32_t quotient(int32_t extent, int32_t edge) { return (extent + edge - 1) / edge; }

ck_algorithm ck_choose(const ck_convolution *c, int32_t depth, int32_t height, int32_t width) {
  for (int axis = 0; axis < 3; axis++)
    if (c->kernel[axis] != 3 || c->stride[axis] != 1 || c->dilation[axis] != 1) return CK_DIRECT;
  // Reading a weight from beyond the cache takes as long as its use for 8 voxels or tiles.
  const double least_uses = 8, direct_efficiency = 0.93;
  const double in_blocks = ck_blocks(c->in_channels), out_blocks = ck_blocks(c->out_channels);
  const double channels = c->in_channels * out_blocks * CK_BLOCK / 16;
  const double voxels = (double)depth * height * width;
  ck_algorithm best = CK_DIRECT;
  double best_cost = 27 * channels * (voxels < least_uses ? least_uses : voxels) / direct_efficiency;
  for (int i = 0; i < 3; i++) {
    const transform_cost cost = transform_costs[i];
    ck_convolution candidate = *c;
    candidate.algorithm = cost.algorithm;
    const double tiles = (double)quotient(depth, ck_tile(cost.algorithm, 0)) *
                         quotient(height, ck_tile(cost.algorithm, 1)) *
                         quotient(width, ck_tile(cost.algorithm, 2));
    const double all = ck_positions(&candidate) * channels * (tiles < least_uses ? least_uses : tiles) +
                       tiles * (in_blocks * cost.input + out_blocks * cost.output);
    if (all < best_cost) {
      best_cost = all;
      best = cost.algorithm;
    }
  }
  return best;
}
