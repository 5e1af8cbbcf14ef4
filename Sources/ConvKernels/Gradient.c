#include "ConvKernels.h"

#include "Kernels.h"

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t quotient(int64_t a, int64_t b) { return (a + b - 1) / b; }
static size_t aligned(int64_t floats) { return ((size_t)floats + 15) / 16 * 16; }

/// How a gradient is divided. Its terms are summed in runs (of stretches of rows, or of tiles), and the
/// runs shared out to slots, each of which has sums of its own; the last stage adds them up.
///
/// A direct task computes the sums of a slot for one group of output channels and a set of blocks of
/// input channels. With tiles there are two ways. Where the sums and the transforms of a run fit a
/// cache of a processor, a task is a slot. Otherwise there is one slot, and for each run two stages:
/// tasks that transform some tiles each, and tasks that form the products at some positions each.
typedef struct {
  int64_t runs, run;      ///< the terms of all but the last run (of each image: direct) are equal
  int64_t image_runs;     ///< direct: the runs of each image
  int64_t image_units;    ///< direct: the stretches of each image; else the tiles of all images
  int32_t slots;
  int32_t in_set, in_sets;
  int is_shared;          ///< whether the transforms of a run are shared between tasks
  size_t slot_size;
} division;

/// The most floats of all slots together; of a slot and the transforms of a run that stay in a cache;
/// of the transforms of a run that tasks share.
enum { most_sums = 1 << 24, most_cached = 12 << 16, most_shared = 1 << 21 };
/// The tasks that suffice to share out work (fewer where each has large sums, for those must be added
/// up), and the tiles and positions of tasks of shared runs.
enum { enough_tasks = 16, large_sums = 1 << 17, task_tiles = 8, task_positions = 4 };

static int32_t group_count(const ck_convolution *c) {
  int32_t groups = 0;
  for (int32_t left = ck_blocks(c->out_channels); left > 0; groups++)
    left -= ck_group(ck_kernels_of(c->isa)->group_blocks, left);
  return groups;
}

/// The first block of a group of output channels.
static int32_t group_block(const ck_convolution *c, int32_t group) {
  const int32_t blocks = ck_blocks(c->out_channels);
  int32_t block = 0;
  for (; group > 0; group--) block += ck_group(ck_kernels_of(c->isa)->group_blocks, blocks - block);
  return block;
}

static int64_t tile_count(const ck_gradient *g) {
  int64_t tiles = g->images;
  for (int axis = 0; axis < 3; axis++)
    tiles *= quotient(g->size[axis], ck_tile(g->convolution.algorithm, axis));
  return tiles;
}

/// The floats of a tile's transforms.
static int64_t tile_size(const ck_convolution *c) {
  return (int64_t)ck_positions(c) * CK_BLOCK *
         (ck_blocks(c->in_channels) + ck_blocks(c->out_channels));
}

static void divide_direct(const ck_gradient *g, division *d) {
  const int32_t groups = group_count(&g->convolution), width = g->size[2];
  d->image_units = (int64_t)g->size[0] * g->size[1] * ck_stretches(width);
  const int64_t run = width < CK_GRADIENT_VOXELS ? CK_GRADIENT_VOXELS / (width > 0 ? width : 1) : 1;
  d->image_runs = quotient(d->image_units, run);
  d->run = d->image_runs > 0 ? quotient(d->image_units, d->image_runs) : 0;
  d->image_runs = d->run > 0 ? quotient(d->image_units, d->run) : 0;
  d->runs = d->image_runs * g->images;
  const int64_t slots = least(least(quotient(enough_tasks, groups), quotient(d->runs, 4)),
                              most_sums / (int64_t)d->slot_size);
  d->slots = d->runs > 0 ? (int32_t)(slots > 1 ? slots : 1) : 0;
  const int32_t in_blocks = ck_blocks(g->convolution.in_channels);
  const int64_t sets = d->slots > 0 ? quotient(enough_tasks, d->slots * groups) : 1;
  d->in_set = (int32_t)quotient(in_blocks, least(sets, in_blocks));
  d->in_sets = (int32_t)quotient(in_blocks, d->in_set);
}

static void divide_winograd(const ck_gradient *g, division *d) {
  enum { least_run = 8 };
  const int64_t tiles = tile_count(g), size = tile_size(&g->convolution);
  const int64_t cached = (most_cached - (int64_t)d->slot_size) / size;
  d->image_units = tiles;
  d->is_shared = cached < least_run;
  const int64_t shared = most_shared / size;
  const int64_t most = !d->is_shared                  ? least(cached, CK_GRADIENT_TILES)
                       : shared < CK_GRADIENT_TILES ? CK_GRADIENT_TILES
                                                     : shared;
  d->runs = quotient(tiles, most);
  d->run = d->runs > 0 ? quotient(tiles, d->runs) : 0;
  d->runs = d->run > 0 ? quotient(tiles, d->run) : 0;
  const int64_t slots = d->is_shared                ? 1
                        : d->slot_size > (size_t)large_sums ? enough_tasks / 2
                                                    : enough_tasks;
  d->slots = (int32_t)least(slots, d->runs);
}

static division divide(const ck_gradient *g) {
  division d = {.slot_size = aligned((int64_t)ck_packed_size(&g->convolution))};
  if (g->convolution.algorithm == CK_DIRECT)
    divide_direct(g, &d);
  else
    divide_winograd(g, &d);
  return d;
}

static ck_transforms transforms_at(const ck_gradient *g, const division *d, float *memory) {
  // An odd number, so that positions do not fall on the same places of a cache.
  ck_transforms t = {.inputs = memory, .capacity = d->run | 1};
  t.deltas = memory + (int64_t)ck_positions(&g->convolution) * t.capacity *
                          ck_blocks(g->convolution.in_channels) * CK_BLOCK;
  return t;
}

/// The floats of the transforms of a run.
static size_t transforms_size(const ck_gradient *g, const division *d) {
  return aligned((d->run | 1) * tile_size(&g->convolution));
}

size_t ck_gradient_memory_size(const ck_gradient *g) {
  const division d = divide(g);
  return (size_t)d.slots * d.slot_size + (d.is_shared ? transforms_size(g, &d) : 0);
}

size_t ck_gradient_scratch_size(const ck_gradient *g) {
  const division d = divide(g);
  const ck_convolution *c = &g->convolution;
  const size_t group = (size_t)ck_kernels_of(c->isa)->group_blocks * CK_BLOCK;
  const size_t finish = (size_t)ck_positions(c) * CK_BLOCK * group * 2;
  size_t first = 0;
  if (c->algorithm == CK_DIRECT)
    first = CK_GRADIENT_VOXELS * group;
  else if (!d.is_shared)
    first = transforms_size(g, &d);
  return first > finish ? first : finish;
}

static int64_t stage_count(const division *d) {
  return 1 + (d->is_shared ? 2 * d->runs : least(d->runs, 1));
}

int64_t ck_gradient_stage_count(const ck_gradient *g) {
  const division d = divide(g);
  return stage_count(&d);
}

int64_t ck_gradient_task_count(const ck_gradient *g, int64_t stage) {
  const division d = divide(g);
  const ck_convolution *c = &g->convolution;
  if (stage == stage_count(&d) - 1) return (int64_t)group_count(c) * ck_blocks(c->in_channels);
  if (c->algorithm == CK_DIRECT) return (int64_t)d.slots * group_count(c) * d.in_sets;
  if (!d.is_shared) return d.slots;
  return stage % 2 == 0 ? quotient(d.run, task_tiles) : quotient(ck_positions(c), task_positions);
}

static void direct_task(const ck_gradient *g, const division *d, const ck_map *in,
                        const ck_map *delta, int64_t task, float *memory, float *scratch) {
  const int32_t groups = group_count(&g->convolution);
  const int32_t set = (int32_t)(task % d->in_sets), group = (int32_t)(task / d->in_sets % groups);
  const int64_t slot = task / d->in_sets / groups;
  const int64_t begin = d->runs * slot / d->slots, end = d->runs * (slot + 1) / d->slots;
  const int32_t in_begin = set * d->in_set;
  const int32_t in_end =
      (int32_t)least(in_begin + d->in_set, ck_blocks(g->convolution.in_channels));
  for (int64_t run = begin; run < end; run++) {
    const int64_t image = run / d->image_runs, first = run % d->image_runs * d->run;
    ck_kernels_of(g->convolution.isa)
        ->gradient_direct(g, in + image, delta + image, first,
                          (int32_t)least(d->run, d->image_units - first), in_begin, in_end,
                          group_block(&g->convolution, group), run > begin,
                          memory + slot * (int64_t)d->slot_size, scratch);
  }
}

/// Transforms the tiles of a run from its `begin`-th to before its `end`-th.
static void transform(const ck_gradient *g, const division *d, const ck_map *in,
                      const ck_map *delta, int64_t run, int64_t begin, int64_t end,
                      const ck_transforms *to) {
  const int64_t tiles = least(d->run, d->image_units - run * d->run);
  end = least(end, tiles);
  if (begin < end)
    ck_kernels_of(g->convolution.isa)
        ->gradient_transform[g->convolution.algorithm - CK_WINOGRAD_222](
            g, in, delta, run * d->run + begin, end - begin, to, begin);
}

/// Adds the products of a run's tiles at some positions to the sums.
static void multiply(const ck_gradient *g, const division *d, int64_t run, int32_t begin,
                     int32_t end, int adds, const ck_transforms *from, float *sums) {
  const int64_t tiles = least(d->run, d->image_units - run * d->run);
  ck_kernels_of(g->convolution.isa)->gradient_products(g, from, tiles, begin, end, adds, sums);
}

void ck_gradient_task(const ck_gradient *g, const ck_map *in, const ck_map *delta, int64_t stage,
                      int64_t task, float *memory, float *scratch, float *weights) {
  const division d = divide(g);
  const ck_convolution *c = &g->convolution;
  if (stage == stage_count(&d) - 1) {
    const int32_t in_blocks = ck_blocks(c->in_channels);
    ck_kernels_of(c->isa)->gradient_finish(g, memory, d.slots, d.slot_size,
                                           (int32_t)(task % in_blocks),
                                           group_block(c, (int32_t)(task / in_blocks)), weights,
                                           (double *)scratch);
  } else if (c->algorithm == CK_DIRECT) {
    direct_task(g, &d, in, delta, task, memory, scratch);
  } else if (!d.is_shared) {
    const int64_t begin = d.runs * task / d.slots, end = d.runs * (task + 1) / d.slots;
    const ck_transforms transforms = transforms_at(g, &d, scratch);
    for (int64_t run = begin; run < end; run++) {
      transform(g, &d, in, delta, run, 0, d.run, &transforms);
      multiply(g, &d, run, 0, ck_positions(c), run > begin, &transforms,
               memory + task * (int64_t)d.slot_size);
    }
  } else {
    const ck_transforms transforms = transforms_at(g, &d, memory + d.slot_size);
    const int64_t run = stage / 2;
    if (stage % 2 == 0)
      transform(g, &d, in, delta, run, task * task_tiles, (task + 1) * task_tiles, &transforms);
    else
      multiply(g, &d, run, (int32_t)task * task_positions,
               (int32_t)least((task + 1) * task_positions, ck_positions(c)), run > 0,
               &transforms, memory);
  }
}

/// An algorithm's work in the time of 16 multiply-adds (one instruction), measured: the transform of a
/// block of a tile's channels, in a cache and beyond it; the last stage for a pair of channels.
typedef struct {
  ck_algorithm algorithm;
  double cached, shared, finish;
} gradient_cost;

static const gradient_cost gradient_costs[] = {{CK_WINOGRAD_222, 330, 1000, 210},
                                               {CK_WINOGRAD_244, 1000, 2600, 320},
                                               {CK_WINOGRAD_444, 2100, 4000, 400}};

ck_algorithm ck_gradient_choose(const ck_gradient *g) {
  const ck_convolution *c = &g->convolution;
  for (int axis = 0; axis < 3; axis++)
    if (c->kernel[axis] != 3 || c->stride[axis] != 1 || c->dilation[axis] != 1) return CK_DIRECT;
  // The work of moving a float of the sums to and from memory, and of the last stage of the direct
  // method; products of transforms run below the full speed.
  const double move = 0.6, direct_finish = 170, product_efficiency = 0.85;
  const double pairs = (double)c->in_channels * ck_blocks(c->out_channels) * CK_BLOCK;
  const double blocks = ck_blocks(c->in_channels) + ck_blocks(c->out_channels);
  const double voxels = (double)g->images * g->size[0] * g->size[1] * g->size[2];
  ck_algorithm best = CK_DIRECT;
  double best_cost = 27 * pairs / 16 * voxels + pairs * direct_finish;
  for (int i = 0; i < 3; i++) {
    const gradient_cost cost = gradient_costs[i];
    ck_gradient candidate = *g;
    candidate.convolution.algorithm = cost.algorithm;
    const division d = divide(&candidate);
    const double tiles = (double)tile_count(&candidate);
    const double positions = ck_positions(&candidate.convolution);
    // A shared slot is moved once a run, others once to be added up.
    const double moves = d.is_shared ? (double)d.runs : d.slots;
    const double all = positions * pairs / 16 * tiles / product_efficiency +
                       tiles * blocks * (d.is_shared ? cost.shared : cost.cached) +
                       pairs * (cost.finish + move * positions * moves);
    if (all < best_cost) {
      best_cost = all;
      best = cost.algorithm;
    }
  }
  return best;
}
