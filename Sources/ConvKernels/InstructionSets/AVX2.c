// AVX2 with FMA: a channel block in a vector of 8 floats, 16 registers.
#if defined(__x86_64__)
#include "../Kernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma,prfchw"))), apply_to = function)
#define CK_KERNELS ck_kernels_avx2
#define CK_PASS_TILES 12
#define CK_GROUP 2
#define CK_COLUMNS_TWO 6
#define CK_COLUMNS_ONE 12
#include "../Body/Body.inc.h"
#pragma clang attribute pop
#endif
