// SSE2 on x86-64 (16 registers of 4 floats), NEON on arm64 (32 registers of 4 floats); the compiler
// divides the vectors of 8 floats.
#define CK_KERNELS ck_kernels_base
#define CK_PASS_TILES 12
#if defined(__aarch64__)
#define CK_GROUP 2
#define CK_COLUMNS_TWO 6
#define CK_COLUMNS_ONE 12
#else
#define CK_GROUP 1
#define CK_COLUMNS_TWO 5
#define CK_COLUMNS_ONE 5
#endif
#include "../Body/Body.inc.h"
