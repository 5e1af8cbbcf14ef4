#ifndef CSHA1_H
#define CSHA1_H

#include <stddef.h>
#include <stdint.h>

/// How a processor computes the digest.
typedef enum {
  /// In C.
  CSHA1_PORTABLE,
  /// By the processor's own instructions: SHA-NI on x86-64, the cryptographic extension on arm64.
  CSHA1_INSTRUCTIONS,
} csha1_path;

/// The fastest path of this processor.
csha1_path csha1_best(void);

/// Adds whole blocks of 64 bytes to the five words of a SHA-1 digest (FIPS 180-4, 6.1).
///
/// `path` must be CSHA1_PORTABLE or what csha1_best gives.
void csha1_add(csha1_path path, uint32_t state[5], const void *blocks, size_t count);

/// Samples as whole numbers of 1 or 2 bytes with their low bytes; samples beyond 32 bits and those
/// that are not numbers become 0.
void csha1_narrow8(const float *samples, uint8_t *stored, size_t count);
void csha1_narrow16(const float *samples, uint16_t *stored, size_t count);

#endif
