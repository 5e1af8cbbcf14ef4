// DICOM's run lengths (PS3.5 G), whose decoder in DCMTK 3.6.7 reads beyond damaged fragments.
#include <algorithm>

#include "Shim.h"

namespace shim {

namespace {

std::uint32_t word(const std::uint8_t *bytes) {
  return std::uint32_t(bytes[0]) | std::uint32_t(bytes[1]) << 8 | std::uint32_t(bytes[2]) << 16
      | std::uint32_t(bytes[3]) << 24;
}

/// Decodes a segment to every `stride`th byte; returns whether it had enough bytes.
bool decode_segment(
    const std::uint8_t *from, const std::uint8_t *end, std::uint8_t *out, std::size_t count,
    std::size_t stride) {
  std::size_t done = 0;
  while (done < count && from < end) {
    const int code = static_cast<std::int8_t>(*from++);
    if (code >= 0) {
      const std::size_t length = std::size_t(code) + 1;
      if (length > std::size_t(end - from)) return false;
      for (std::size_t n = 0; n < length && done < count; n++) out[done++ * stride] = from[n];
      from += length;
    } else if (code != -128) {
      if (from == end) return false;
      for (int n = 0; n < 1 - code && done < count; n++) out[done++ * stride] = *from;
      from++;
    }
  }
  return done == count;
}

}  // namespace

bool decode_rle(
    const std::uint8_t *bytes, std::size_t count, unsigned rows, unsigned columns, unsigned bits,
    void *out, ds_error *error) {
  const std::size_t header = 64;
  const std::size_t planes = bits / 8;
  if (count < header || word(bytes) != planes) {
    report(error, bad_codestream, "its run lengths have another number of segments than it says");
    return false;
  }
  for (std::size_t plane = 0; plane < planes; plane++) {
    const std::size_t start = word(bytes + 4 + 4 * plane);
    const std::size_t next = plane + 1 < planes ? word(bytes + 8 + 4 * plane) : count;
    if (start < header || start > count || next < start) {
      report(error, bad_codestream, "its run lengths have segments outside of the data");
      return false;
    }
    // The first segment has the most significant bytes.
    std::uint8_t *target = static_cast<std::uint8_t *>(out) + (planes - 1 - plane);
    const std::uint8_t *end = bytes + std::min(next, count);
    if (!decode_segment(bytes + start, end, target, std::size_t(rows) * columns, planes)) {
      report(error, bad_codestream, "its run lengths end before the image is complete");
      return false;
    }
  }
  return true;
}

}  // namespace shim
