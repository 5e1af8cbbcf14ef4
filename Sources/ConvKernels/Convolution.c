#include "ConvKernels.h"

#include "Kernels.h"

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

const ck_kernels *ck_kernels_of(ck_isa isa) {
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_kernels_avx512;
  if (isa == CK_ISA_AVX2) return &ck_kernels_avx2;
#endif
  (void)isa;
  return &ck_kernels_base;
}

/// How an output is divided into tasks: into runs of voxels or tiles, and where that leaves too few
/// or the weights exceed the cache, also into sets of output channels, which then vary slowest.
typedef struct {
  int64_t units, run, runs;
  int32_t set_blocks, sets;
} division;

static division divided(int64_t units, int64_t run, int32_t blocks, int32_t set_blocks) {
  division d = {.units = units, .run = run, .set_blocks = set_blocks};
  d.runs = run > 0 ? (units + run - 1) / run : 0;
  d.sets = (blocks + set_blocks - 1) / set_blocks;
  return d;
}

static division divide_direct(const ck_convolution *c, const ck_map *out) {
  // Some tiles of voxels at least, for the last may be partly used.
  enum { multiplications = 1 << 22, weights = 1 << 17, least_run = 56 };
  const int32_t blocks = ck_blocks(c->out_channels);
  const int64_t depth = (int64_t)ck_positions(c) * c->in_channels;
  const int64_t count = (int64_t)out->depth * out->height * out->width;
  const int32_t set_blocks =
      depth * blocks * CK_BLOCK > weights ? ck_kernels_of(c->isa)->group_blocks : blocks;
  int64_t run = multiplications / (depth * set_blocks * CK_BLOCK);
  if (run < least_run) run = least_run;
  if (run > out->width) run -= run % out->width;
  return divided(count, least(run, count), blocks, set_blocks);
}

static division divide_winograd(const ck_convolution *c, const ck_map *out) {
  int64_t tiles = 1;
  const int32_t extent[3] = {out->depth, out->height, out->width};
  for (int axis = 0; axis < 3; axis++) {
    const int32_t edge = ck_tile(c->algorithm, axis);
    tiles *= (extent[axis] + edge - 1) / edge;
  }
  // Tasks of several passes fetch inputs ahead; many tasks share out evenly, or else an even number.
  enum { few = 8, many = 32 };
  const int64_t pass = ck_kernels_of(c->isa)->pass_tiles;
  const int64_t passes = least(CK_MOST_PASSES, 1 + tiles / (64 * pass));
  int64_t runs = (tiles + passes * pass - 1) / (passes * pass);
  if (runs >= few && runs < many) runs += runs % 2;
  // A small output is also divided by channels, at the price of transforming inputs repeatedly.
  const int32_t blocks = ck_blocks(c->out_channels), group = ck_kernels_of(c->isa)->group_blocks;
  const int32_t sets = runs > 0 && runs < few ? (int32_t)((few + runs - 1) / runs) : 1;
  const int32_t set_blocks = ((blocks + sets - 1) / sets + group - 1) / group * group;
  const int64_t run = runs > 0 ? (tiles + runs - 1) / runs : 0;
  return divided(tiles, run, blocks, set_blocks);
}

static division divide(const ck_convolution *c, const ck_map *out) {
  return c->algorithm == CK_DIRECT ? divide_direct(c, out) : divide_winograd(c, out);
}

size_t ck_scratch_size(const ck_convolution *c) {
  if (c->algorithm == CK_DIRECT) return 0;
  const ck_kernels *kernels = ck_kernels_of(c->isa);
  const int32_t blocks = ck_blocks(c->in_channels) + kernels->group_blocks;
  return (size_t)ck_positions(c) * (size_t)kernels->pass_tiles * (size_t)blocks * CK_BLOCK;
}

int64_t ck_task_count(const ck_convolution *c, const ck_map *out) {
  division d = divide(c, out);
  return d.runs * d.sets;
}

void ck_convolve(const ck_convolution *c, const ck_map *in, const float *packed,
                 const ck_epilogue *epilogue, const ck_map *out, int64_t task, float *scratch) {
  const division d = divide(c, out);
  const int32_t set = (int32_t)(task / d.runs), blocks = ck_blocks(c->out_channels);
  const int64_t begin = task % d.runs * d.run;
  const ck_range range = {.begin = begin,
                          .end = least(begin + d.run, d.units),
                          .first_block = set * d.set_blocks,
                          .end_block = (int32_t)least((set + 1) * d.set_blocks, blocks)};
  const ck_kernels *kernels = ck_kernels_of(c->isa);
  if (c->algorithm == CK_DIRECT)
    kernels->direct(c, in, packed, epilogue, out, range);
  else
    kernels->winograd[c->algorithm - CK_WINOGRAD_222](c, in, packed, epilogue, out, range, scratch);
}
