// The kernels of one instruction set, included by its file in InstructionSets with the compiler's
// target set. That file defines:
//   CK_KERNELS       the name of the table of kernels
//   CK_GROUP         the blocks of output channels of one pass: 4, 2 or 1
//   CK_COLUMNS_TWO   the voxels of one pass over two vectors of output channels
//   CK_COLUMNS_ONE   the same for one vector
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

/// 1/sqrt(2) and sqrt(2), the interpolation points of F(4, 3) next to 0 and infinity.
#define CK_HALF_SQRT 0.70710678118654752f
#define CK_SQRT 1.41421356237309505f

/// Calls the variant of a transform for tiles of (z, y, x) 222, 244 or 444.
#define CK_FOR_SIZE(size, name, ...)                     \
  ((size) == 222   ? CK_JOIN(name, _222)(__VA_ARGS__)    \
   : (size) == 244 ? CK_JOIN(name, _244)(__VA_ARGS__)    \
                   : CK_JOIN(name, _444)(__VA_ARGS__))

/// An output tile of a Winograd convolution: its voxels within the output, and where its first lies.
typedef struct {
  int32_t depth, height, width;
  ptrdiff_t residual, raw, out;
} tile_place;

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

#define CK_LANES 8
#include "Lanes.inc.h"
#include "Winograd.inc.h"
#define CK_VECTORS 1
#define CK_COLUMNS CK_COLUMNS_ONE
#include "Group.inc.h"
#undef CK_VECTORS
#undef CK_COLUMNS
#if CK_GROUP == 2
#define CK_VECTORS 2
#define CK_COLUMNS CK_COLUMNS_TWO
#include "Group.inc.h"
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
#undef CK_VECTORS
#undef CK_COLUMNS
#define CK_VECTORS 2
#define CK_COLUMNS CK_COLUMNS_TWO
#include "Group.inc.h"
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

#include "Tasks.inc.h"

const ck_kernels CK_KERNELS = {.group_blocks = CK_GROUP,
                               .group_tiles = CK_COLUMNS_TWO,
                               .direct = direct,
                               .winograd = {winograd222, winograd244, winograd444}};
