// AVX-512: pairs of channel blocks in vectors of 16 floats, 32 registers.
#if defined(__x86_64__)
#include "../Kernels.h"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma,prfchw"), min_vector_width(512))), \
    apply_to = function)
#define CK_KERNELS ck_kernels_avx512
#define CK_PASS_TILES 14
#define CK_GROUP 4
#define CK_COLUMNS_TWO 14
#define CK_COLUMNS_ONE 14
#include "../Body/Body.inc.h"
#pragma clang attribute pop
#endif
