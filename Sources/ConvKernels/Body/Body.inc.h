// The kernels of one instruction set, included by its file in InstructionSets with the compiler's
// target set. That file defines:
//   CK_KERNELS       the name of the table of kernels
//   CK_GROUP         the blocks of output channels of one pass: 4, 2 or 1
//   CK_COLUMNS_TWO   the voxels of one pass over two vectors of output channels
//   CK_COLUMNS_ONE   the same for one vector
//   CK_PASS_TILES    the most tiles of a pass of a Winograd convolution: enough to use each weight
//                    often, few enough that their transforms stay in a cache of 1 MB
// Vectors of 16 floats are used where CK_GROUP is 4.
#include <stddef.h>
#include <stdint.h>

#include "../Kernels.h"

// Vectors wider than the registers are passed only to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_JOIN_(a, b) a##b
#define CK_JOIN(a, b) CK_JOIN_(a, b)
/// The name of a function's variant for the vector length, and for the size of a group.
#define CK_L(name) CK_JOIN(name, CK_LANES)
#define CK_G(name) CK_JOIN(CK_L(name), CK_JOIN(x, CK_VECTORS))
#define V CK_L(v)
#define V_UNALIGNED CK_L(unaligned)
#define V_MASK CK_L(mask)

typedef float v8 __attribute__((vector_size(32)));
typedef float unaligned8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t mask8 __attribute__((vector_size(32)));
typedef float v16 __attribute__((vector_size(64)));
typedef float unaligned16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t mask16 __attribute__((vector_size(64)));

CK_INLINE ptrdiff_t offset(const ck_map *map, int32_t z, int32_t y, int32_t x) {
  return z * map->z_stride + y * map->y_stride + x * map->x_stride;
}

/// The terms of a sum of the direct method and of a product of transforms, beyond which it is carried
/// over to a sum of such sums; the latter is a multiple of two blocks.
enum { CK_MOST_TERMS = 256, CK_MOST_PRODUCTS = 64 };

/// 1/sqrt(2) and sqrt(2), the interpolation points of F(4, 3) next to 0 and infinity.
#define CK_HALF_SQRT 0.70710678118654752f
#define CK_SQRT 1.41421356237309505f

/// Calls the variant of a transform for tiles of (z, y, x) 222, 244 or 444.
#define CK_FOR_SIZE(size, name, ...)                     \
  ((size) == 222   ? CK_JOIN(name, _222)(__VA_ARGS__)    \
   : (size) == 244 ? CK_JOIN(name, _244)(__VA_ARGS__)    \
                   : CK_JOIN(name, _444)(__VA_ARGS__))

/// An output tile of a Winograd convolution: its first voxel, where that lies in the maps, and how
/// many voxels are within the output.
typedef struct {
  int32_t z, y, x, depth, height, width;
  ptrdiff_t residual, raw, out;
} tile_place;

static tile_place place_tile(int32_t z, int32_t y, int32_t x, int32_t mz, int32_t my, int32_t mx,
                             const ck_epilogue *e, const ck_map *out) {
  return (tile_place){.z = z,
                      .y = y,
                      .x = x,
                      .depth = out->depth - z < mz ? out->depth - z : mz,
                      .height = out->height - y < my ? out->height - y : my,
                      .width = out->width - x < mx ? out->width - x : mx,
                      .residual = offset(&e->residual, z, y, x),
                      .raw = offset(&e->raw, z, y, x),
                      .out = offset(out, z, y, x)};
}

/// Tiles whose transforms fit the cache together; those of the next pass follow in `places`.
typedef struct {
  const ck_convolution *c;
  const ck_map *in;
  const ck_epilogue *e;
  const ck_map *out;
  const tile_place *places;
  int32_t tiles, next_tiles;
  float *transformed, *products;
} winograd_pass;

/// The channels that are transformed at once where `remaining` are left: those of one or two blocks.
CK_INLINE int32_t input_lanes(int32_t remaining) {
  return CK_GROUP == 4 && remaining > CK_BLOCK ? 2 * CK_BLOCK : CK_BLOCK;
}

/// The edge of a tile along z, and along y and x; the positions of its transform.
CK_INLINE int tile_depth(int size) { return size == 444 ? 4 : 2; }
CK_INLINE int tile_edge(int size) { return size == 222 ? 2 : 4; }
CK_INLINE int positions_of(int size) {
  return (tile_depth(size) + 2) * (tile_edge(size) + 2) * (tile_edge(size) + 2);
}

/// Fetches a share of the inputs of the next pass to the cache, another for each position.
static void prefetch_inputs(int size, const winograd_pass *pass, int position) {
  const ck_map *in = pass->in;
  const int edge = tile_edge(size) + 2, rows = (tile_depth(size) + 2) * edge;
  const int z = position % rows / edge, y = position % edge;
  const int32_t blocks = ck_blocks(pass->c->in_channels);
  for (int32_t t = position / rows; t < pass->next_tiles; t += edge) {
    const tile_place *at = &pass->places[pass->tiles + t];
    if (at->z + z >= in->depth || at->y + y >= in->height) continue;
    const float *row = in->data + offset(in, at->z + z, at->y + y, at->x);
    for (int32_t block = 0; block < blocks; block++, row += in->block_stride)
      for (int x = at->x > 0 ? 3 : 1; x < edge; x += 2)
        __builtin_prefetch(row + x * in->x_stride, 0);
  }
}

/// The same for the outputs of this pass, `blocks` blocks from `block` on.
static void prefetch_outputs(int size, const winograd_pass *pass, int position, int32_t block,
                             int32_t blocks) {
  const ck_map *out = pass->out;
  const int edge = tile_edge(size), rows = tile_depth(size) * edge;
  const int z = position % rows / edge, y = position % edge, each = positions_of(size) / rows;
  if (position >= each * rows) return;
  for (int32_t t = position / rows; t < pass->tiles; t += each) {
    const tile_place *at = &pass->places[t];
    if (z >= at->depth || y >= at->height) continue;
    const float *row = out->data + block * out->block_stride + at->out + z * out->z_stride +
                       y * out->y_stride;
    for (int32_t i = 0; i < blocks; i++, row += out->block_stride)
      for (int x = 1; x < edge; x += 2) __builtin_prefetch(row + x * out->x_stride, 1);
  }
}

/// Copies the voxels of a tile (of `size`) that lie within `extent`, the others are zero.
static ck_map copy_tile(const ck_map *in, const float *source, int32_t blocks,
                        const int32_t size[3], const int32_t extent[3], float *copy) {
  ck_map map = {.data = copy, .depth = size[0], .height = size[1], .width = size[2]};
  map.x_stride = CK_BLOCK;
  map.y_stride = map.x_stride * size[2];
  map.z_stride = map.y_stride * size[1];
  map.block_stride = map.z_stride * size[0];
  for (int32_t block = 0; block < blocks; block++)
    for (int32_t z = 0; z < size[0]; z++)
      for (int32_t y = 0; y < size[1]; y++)
        for (int32_t x = 0; x < size[2]; x++) {
          const int is_within = z < extent[0] && y < extent[1] && x < extent[2];
          const float *from = source + block * in->block_stride + offset(in, z, y, x);
          for (int32_t i = 0; i < CK_BLOCK; i++) *copy++ = is_within ? from[i] : 0;
        }
  return map;
}

typedef double double8 __attribute__((vector_size(64)));

#define CK_LANES 8
#include "Lanes.inc.h"
#include "Winograd.inc.h"
#define CK_VECTORS 1
#define CK_COLUMNS CK_COLUMNS_ONE
#include "Group.inc.h"
#include "GradientGroup.inc.h"
#undef CK_VECTORS
#undef CK_COLUMNS
#if CK_GROUP == 2
#define CK_VECTORS 2
#define CK_COLUMNS CK_COLUMNS_TWO
#include "Group.inc.h"
#include "GradientGroup.inc.h"
#undef CK_VECTORS
#undef CK_COLUMNS
#endif
#undef CK_LANES

#if CK_GROUP == 4
#define CK_LANES 16
#include "Lanes.inc.h"
#include "Winograd.inc.h"
#define CK_VECTORS 1
#define CK_COLUMNS CK_COLUMNS_ONE
#include "Group.inc.h"
#include "GradientGroup.inc.h"
#undef CK_VECTORS
#undef CK_COLUMNS
#define CK_VECTORS 2
#define CK_COLUMNS CK_COLUMNS_TWO
#include "Group.inc.h"
#include "GradientGroup.inc.h"
#undef CK_VECTORS
#undef CK_COLUMNS
#undef CK_LANES
#endif

#if CK_GROUP == 4
#define CK_FOR_GROUP(blocks, name, ...)                         \
  ((blocks) == 4   ? CK_JOIN(name, 16x2)(__VA_ARGS__)           \
   : (blocks) == 2 ? CK_JOIN(name, 16x1)(__VA_ARGS__)           \
                   : CK_JOIN(name, 8x1)(__VA_ARGS__))
#elif CK_GROUP == 2
#define CK_FOR_GROUP(blocks, name, ...) \
  ((blocks) == 2 ? CK_JOIN(name, 8x2)(__VA_ARGS__) : CK_JOIN(name, 8x1)(__VA_ARGS__))
#else
#define CK_FOR_GROUP(blocks, name, ...) CK_JOIN(name, 8x1)(__VA_ARGS__)
#endif

#include "Interleaving.inc.h"
#include "Pointwise.inc.h"
#include "Tasks.inc.h"
#include "Gradient.inc.h"

const ck_kernels CK_KERNELS = {.group_blocks = CK_GROUP,
                               .pass_tiles = CK_PASS_TILES,
                               .direct = direct,
                               .winograd = {winograd222, winograd244, winograd444},
                               .affine_activate = affine_activate,
                               .channel_sums = channel_sums,
                               .gradient_direct = gradient_direct,
                               .gradient_transform = {gradient_transform222, gradient_transform244,
                                                      gradient_transform444},
                               .gradient_products = gradient_products,
                               .gradient_finish = gradient_finish,
                               .interleave = interleave,
                               .deinterleave = deinterleave};
