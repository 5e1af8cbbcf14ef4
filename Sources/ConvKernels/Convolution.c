#include "ConvKernels.h"

#include "Kernels.h"

static const ck_kernels *kernels(ck_isa isa) {
#if defined(__x86_64__)
  if (isa == CK_ISA_AVX512) return &ck_kernels_avx512;
  if (isa == CK_ISA_AVX2) return &ck_kernels_avx2;
#endif
  (void)isa;
  return &ck_kernels_base;
}

static int64_t taps(const ck_convolution *c) {
  return (int64_t)c->kernel[0] * c->kernel[1] * c->kernel[2];
}

static int64_t voxels(const ck_map *map) {
  return (int64_t)map->depth * map->height * map->width;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

size_t ck_packed_size(const ck_convolution *c) {
  return (size_t)ck_blocks(c->out_channels) * CK_BLOCK * (size_t)taps(c) * (size_t)c->in_channels;
}

void ck_pack(const ck_convolution *c, const float *weights, float *packed) {
  const int32_t blocks = ck_blocks(c->out_channels), most = kernels(c->isa)->group_blocks;
  const int64_t tap_count = taps(c);
  for (int32_t block = 0; block < blocks;) {
    const int32_t lanes = ck_group(most, blocks - block) * CK_BLOCK;
    for (int64_t tap = 0; tap < tap_count; tap++)
      for (int32_t in = 0; in < c->in_channels; in++)
        for (int32_t lane = 0; lane < lanes; lane++) {
          int32_t out = block * CK_BLOCK + lane;
          *packed++ = out < c->out_channels
                          ? weights[((int64_t)out * c->in_channels + in) * tap_count + tap]
                          : 0;
        }
    block += lanes / CK_BLOCK;
  }
}

size_t ck_scratch_size(const ck_convolution *c) {
  (void)c;
  return 0;
}

/// How the direct method divides an output: into runs of voxels, and where the weights exceed the
/// cache also into groups of output channels, which then vary slowest.
typedef struct {
  int64_t run, runs;
  int32_t group_blocks, groups;
} direct_division;

static direct_division divide(const ck_convolution *c, const ck_map *out) {
  enum { multiplications = 1 << 22, weights = 1 << 17 };
  const int32_t blocks = ck_blocks(c->out_channels), most = kernels(c->isa)->group_blocks;
  const int64_t depth = taps(c) * c->in_channels, count = voxels(out);
  direct_division d;
  d.group_blocks = depth * blocks * CK_BLOCK > weights ? most : blocks;
  d.groups = (blocks + d.group_blocks - 1) / d.group_blocks;
  d.run = multiplications / (depth * d.group_blocks * CK_BLOCK) + 1;
  if (d.run > out->width) d.run -= d.run % out->width;
  d.run = least(d.run, count);
  d.runs = d.run > 0 ? (count + d.run - 1) / d.run : 0;
  return d;
}

int64_t ck_task_count(const ck_convolution *c, const ck_map *out) {
  direct_division d = divide(c, out);
  return d.runs * d.groups;
}

void ck_convolve(const ck_convolution *c, const ck_map *in, const float *packed,
                 const ck_epilogue *epilogue, const ck_map *out, int64_t task, float *scratch) {
  (void)scratch;
  direct_division d = divide(c, out);
  const int32_t group = (int32_t)(task / d.runs), blocks = ck_blocks(c->out_channels);
  const int64_t begin = task % d.runs * d.run;
  ck_range range = {.begin = begin,
                    .end = least(begin + d.run, voxels(out)),
                    .first_block = group * d.group_blocks,
                    .end_block = (int32_t)least((group + 1) * d.group_blocks, blocks)};
  kernels(c->isa)->direct(c, in, packed, epilogue, out, range);
}
