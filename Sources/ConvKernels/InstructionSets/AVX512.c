// AVX-512: pairs of channel blocks in vectors of 16 floats, 32 registers.
#if defined(__x86_64__)
#include "../Kernels.h"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), \
    apply_to = function)
#define CK_KERNELS ck_kernels_avx512
#define CK_WIDE 1
#define CK_GROUP 4
#define CK_COLUMNS_FULL 13
#define CK_COLUMNS_HALF 26
#define CK_COLUMNS_QUARTER 26
#include "../Body/Body.inc.h"
#pragma clang attribute pop
#endif
