// The kernels of one instruction set, included by its file in InstructionSets with the compiler's
// target set. That file defines:
//   CK_KERNELS       the name of the table of kernels
//   CK_WIDE          1 where vectors of 16 floats fit registers, else 0
//   CK_GROUP         the blocks of output channels of one pass
//   CK_COLUMNS_FULL  the output voxels of one pass over CK_GROUP blocks
//   CK_COLUMNS_HALF, CK_COLUMNS_QUARTER  the same where half, a quarter of the blocks are left
#include <stddef.h>
#include <stdint.h>

#include "../Kernels.h"

// Vectors wider than the registers are passed only to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_JOIN_(a, b) a##b
#define CK_JOIN(a, b) CK_JOIN_(a, b)
/// The name of the variant of a function for the vector length at hand.
#define CK_L(name) CK_JOIN(name, CK_LANES)

typedef float v8 __attribute__((vector_size(32)));
typedef float v8_unaligned __attribute__((vector_size(32), aligned(4)));
typedef int32_t v8_mask __attribute__((vector_size(32)));

#define CK_LANES 8
#include "Lanes.inc.h"
#undef CK_LANES

#if CK_WIDE
typedef float v16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4)));
typedef int32_t v16_mask __attribute__((vector_size(64)));
#define CK_LANES 16
#include "Lanes.inc.h"
#undef CK_LANES
#endif

#include "Direct.inc.h"

const ck_kernels CK_KERNELS = {.group_blocks = CK_GROUP, .direct = direct};
