#include <string.h>

#include "Digest.h"

csha1_path csha1_best(void) {
#if CSHA1_HAS_INSTRUCTIONS
  if (csha1_has_instructions()) return CSHA1_INSTRUCTIONS;
#endif
  return CSHA1_PORTABLE;
}

static uint32_t turned(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

static void add_block(uint32_t state[5], const uint8_t *block) {
  uint32_t words[80];
  for (int i = 0; i < 16; i++)
    words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 80; i++)
    words[i] = turned(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
#define TURN(from, to, choice, constant)                                          \
  for (int i = from; i < to; i++) {                                               \
    const uint32_t next = turned(a, 5) + (choice) + e + constant + words[i];      \
    e = d, d = c, c = turned(b, 30), b = a, a = next;                             \
  }
  TURN(0, 20, d ^ (b & (c ^ d)), 0x5a827999u)
  TURN(20, 40, b ^ c ^ d, 0x6ed9eba1u)
  TURN(40, 60, (b & c) | (d & (b | c)), 0x8f1bbcdcu)
  TURN(60, 80, b ^ c ^ d, 0xca62c1d6u)
#undef TURN
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void csha1_add(csha1_path path, uint32_t state[5], const void *blocks, size_t count) {
#if CSHA1_HAS_INSTRUCTIONS
  if (path == CSHA1_INSTRUCTIONS) {
    csha1_add_by_instructions(state, blocks, count);
    return;
  }
#else
  (void)path;
#endif
  for (size_t i = 0; i < count; i++) add_block(state, (const uint8_t *)blocks + 64 * i);
}

// The largest float below 2^31.
static int32_t whole(float sample) {
  return sample >= -2147483648.0f && sample <= 2147483520.0f ? (int32_t)sample : 0;
}

void csha1_narrow8(const float *samples, uint8_t *stored, size_t count) {
  for (size_t i = 0; i < count; i++) stored[i] = (uint8_t)whole(samples[i]);
}

void csha1_narrow16(const float *samples, uint16_t *stored, size_t count) {
  for (size_t i = 0; i < count; i++) stored[i] = (uint16_t)whole(samples[i]);
}
