#include "Digest.h"

#if defined(__aarch64__)

#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

int csha1_has_instructions(void) {
#if defined(__APPLE__)
  return 1;
#elif defined(__linux__)
  // HWCAP_SHA1 of the kernel's header.
  return (getauxval(AT_HWCAP) >> 5) & 1;
#else
  return 0;
#endif
}

/// Four of the eighty steps, and the group of words four ahead.
#define STEPS(group, function, constant)                                                 \
  do {                                                                                   \
    const uint32x4_t now = words[(group) & 3];                                           \
    const uint32x4_t sum = vaddq_u32(now, vdupq_n_u32(constant));                        \
    const uint32_t next_e = vsha1h_u32(vgetq_lane_u32(abcd, 0));                         \
    abcd = function(abcd, e, sum);                                                       \
    e = next_e;                                                                          \
    if ((group) < 16)                                                                    \
      words[(group) & 3] =                                                               \
          vsha1su1q_u32(vsha1su0q_u32(now, words[((group) + 1) & 3], words[((group) + 2) & 3]), \
                        words[((group) + 3) & 3]);                                       \
  } while (0)

__attribute__((target("sha2"))) void csha1_add_by_instructions(uint32_t state[5],
                                                               const uint8_t *blocks,
                                                               size_t count) {
  uint32x4_t abcd = vld1q_u32(state);
  uint32_t e = state[4];
  for (; count > 0; count--, blocks += 64) {
    const uint32x4_t first_abcd = abcd;
    const uint32_t first_e = e;
    uint32x4_t words[4];
    for (int i = 0; i < 4; i++)
      words[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(blocks + 16 * i)));
    STEPS(0, vsha1cq_u32, 0x5a827999);
    STEPS(1, vsha1cq_u32, 0x5a827999);
    STEPS(2, vsha1cq_u32, 0x5a827999);
    STEPS(3, vsha1cq_u32, 0x5a827999);
    STEPS(4, vsha1cq_u32, 0x5a827999);
    STEPS(5, vsha1pq_u32, 0x6ed9eba1);
    STEPS(6, vsha1pq_u32, 0x6ed9eba1);
    STEPS(7, vsha1pq_u32, 0x6ed9eba1);
    STEPS(8, vsha1pq_u32, 0x6ed9eba1);
    STEPS(9, vsha1pq_u32, 0x6ed9eba1);
    STEPS(10, vsha1mq_u32, 0x8f1bbcdc);
    STEPS(11, vsha1mq_u32, 0x8f1bbcdc);
    STEPS(12, vsha1mq_u32, 0x8f1bbcdc);
    STEPS(13, vsha1mq_u32, 0x8f1bbcdc);
    STEPS(14, vsha1mq_u32, 0x8f1bbcdc);
    STEPS(15, vsha1pq_u32, 0xca62c1d6);
    STEPS(16, vsha1pq_u32, 0xca62c1d6);
    STEPS(17, vsha1pq_u32, 0xca62c1d6);
    STEPS(18, vsha1pq_u32, 0xca62c1d6);
    STEPS(19, vsha1pq_u32, 0xca62c1d6);
    abcd = vaddq_u32(abcd, first_abcd);
    e += first_e;
  }
  vst1q_u32(state, abcd);
  state[4] = e;
}

#endif
