#include "Digest.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int csha1_has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const int has_shuffles = (c & bit_SSSE3) && (c & bit_SSE4_1);
  return has_shuffles && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/// Four of the eighty steps: adds four words of the schedule, of `five` groups of four words that go
/// round, and computes the group three ahead.
#define STEPS(group, function)                                                                  \
  do {                                                                                          \
    const __m128i start = abcd;                                                                 \
    const __m128i now = words[(group) & 3];                                                     \
    const __m128i sum = (group) == 0 ? _mm_add_epi32(e, now) : _mm_sha1nexte_epu32(e, now);     \
    if ((group) >= 3 && (group) <= 18) {                                                        \
      /* Words 4 (group + 1) and on: W(i) = turn(W(i-3) ^ W(i-8) ^ W(i-14) ^ W(i-16)). */       \
      __m128i next = _mm_sha1msg1_epu32(words[((group) + 1) & 3], words[((group) + 2) & 3]);    \
      next = _mm_xor_si128(next, words[((group) + 3) & 3]);                                     \
      words[((group) + 1) & 3] = _mm_sha1msg2_epu32(next, now);                                 \
    }                                                                                           \
    abcd = _mm_sha1rnds4_epu32(abcd, sum, function);                                            \
    e = start;                                                                                  \
  } while (0)

__attribute__((target("sha,sse4.1,ssse3"))) void csha1_add_by_instructions(
    uint32_t state[5], const uint8_t *blocks, size_t count) {
  const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1b);
  __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
  for (; count > 0; count--, blocks += 64) {
    const __m128i first_abcd = abcd, first_e = e;
    __m128i words[4];
    for (int i = 0; i < 4; i++)
      words[i] =
          _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * i)), reversed);
    STEPS(0, 0);
    STEPS(1, 0);
    STEPS(2, 0);
    STEPS(3, 0);
    STEPS(4, 0);
    STEPS(5, 1);
    STEPS(6, 1);
    STEPS(7, 1);
    STEPS(8, 1);
    STEPS(9, 1);
    STEPS(10, 2);
    STEPS(11, 2);
    STEPS(12, 2);
    STEPS(13, 2);
    STEPS(14, 2);
    STEPS(15, 3);
    STEPS(16, 3);
    STEPS(17, 3);
    STEPS(18, 3);
    STEPS(19, 3);
    e = _mm_sha1nexte_epu32(e, first_e);
    abcd = _mm_add_epi32(abcd, first_abcd);
  }
  _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1b));
  state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

#endif
