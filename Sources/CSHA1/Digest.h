#ifndef CSHA1_DIGEST_H
#define CSHA1_DIGEST_H

#include "CSHA1.h"

#if defined(__x86_64__) || defined(__aarch64__)
#define CSHA1_HAS_INSTRUCTIONS 1
/// Whether this processor has the instructions.
int csha1_has_instructions(void);
void csha1_add_by_instructions(uint32_t state[5], const uint8_t *blocks, size_t count);
#endif

#endif
