// SSE2 on x86-64 (16 registers of 4 floats), NEON on arm64 (32 registers of 4 floats); the compiler
// divides the vectors of 8 floats.
#define CK_KERNELS ck_kernels_base
#define CK_WIDE 0
#if defined(__aarch64__)
#define CK_GROUP 2
#define CK_COLUMNS_FULL 6
#define CK_COLUMNS_HALF 12
#else
#define CK_GROUP 1
#define CK_COLUMNS_FULL 5
#define CK_COLUMNS_HALF 0
#endif
#define CK_COLUMNS_QUARTER 0
#include "../Body/Body.inc.h"
