// A walk over a file's elements before DCMTK parses it.
//
// DCMTK parses items within items by recursion without a limit, so that a small file can exhaust the
// stack, and it allocates what an element says to be long before it looks whether that is there.
#include <cstring>
#include <string>

#include "ByteSource.h"
#include "Shim.h"

namespace shim {

namespace {

/// Far more than any object of the standard needs.
constexpr int deepest = 100;
constexpr std::uint32_t undefined = 0xffffffff;
constexpr std::uint64_t no_end = UINT64_MAX;

struct Encoding {
  bool is_explicit;
  bool is_big_endian;
};

enum class Outcome { good, too_deep, cut, strange };

class Walk {
 public:
  explicit Walk(ByteSource &source) : source_(source) {}

  /// The elements of group 2, in which the transfer syntax is.
  Outcome meta_header(std::string &syntax) {
    std::uint8_t head[8];
    // Little endian, and explicit but in files that break the rule.
    Encoding encoding{true, false};
    bool is_first = true;
    while (source_.peek(head, 8) && head[0] == 2 && head[1] == 0) {
      if (is_first) encoding.is_explicit = is_type(head + 4);
      is_first = false;
      source_.skip(8);
      const std::uint32_t length = encoding.is_explicit ? half(head + 6, encoding) : word(head + 4, encoding);
      if (head[2] == 0x10 && head[3] == 0 && length <= 64) {
        syntax.resize(length);
        if (!source_.peek(reinterpret_cast<std::uint8_t *>(&syntax[0]), length)) return Outcome::cut;
        while (!syntax.empty() && (syntax.back() == '\0' || syntax.back() == ' ')) syntax.pop_back();
      }
      const Outcome outcome = value(2, half(head + 2, encoding), head + 4, no_end, encoding, 0);
      if (outcome != Outcome::good) return outcome;
    }
    return Outcome::good;
  }

  /// Whether two bytes may be a type.
  static bool is_type(const std::uint8_t *bytes) {
    return bytes[0] >= 'A' && bytes[0] <= 'Z' && bytes[1] >= 'A' && bytes[1] <= 'Z';
  }

  /// The UID of the series (0020,000E) of the data set, where the walk came so far.
  const std::string &series() const { return series_; }

  /// Elements up to `end`, or to the delimiter of an item where that is not known.
  Outcome elements(std::uint64_t end, Encoding encoding, int depth) {
    if (depth > deepest) return Outcome::too_deep;
    while (source_.position() < end) {
      std::uint8_t head[8];
      if (end == no_end && depth == 0 && source_.at_end()) return Outcome::good;
      if (!take(head, 8, end)) return Outcome::cut;
      const std::uint16_t group = half(head, encoding);
      const std::uint16_t element = half(head + 2, encoding);
      if (group == 0xfffe) {
        // The delimiter of an item of unknown length.
        return element == 0xe00d && end == no_end && depth > 0 ? Outcome::good : Outcome::strange;
      }
      const Outcome outcome = value(group, element, head + 4, end, encoding, depth);
      if (outcome != Outcome::good) return outcome;
    }
    return source_.position() == end ? Outcome::good : Outcome::strange;
  }

 private:
  ByteSource &source_;
  std::string series_;

  static std::uint16_t half(const std::uint8_t *bytes, Encoding encoding) {
    return encoding.is_big_endian ? std::uint16_t(bytes[0] << 8 | bytes[1])
                                  : std::uint16_t(bytes[1] << 8 | bytes[0]);
  }

  static std::uint32_t word(const std::uint8_t *bytes, Encoding encoding) {
    const std::uint32_t first = half(bytes, encoding), second = half(bytes + 2, encoding);
    return encoding.is_big_endian ? first << 16 | second : second << 16 | first;
  }

  bool take(std::uint8_t *out, std::size_t count, std::uint64_t end) {
    return count <= end - source_.position() && source_.read(out, count);
  }

  /// An element's value, of which `rest` is what follows its tag.
  Outcome value(
      std::uint16_t group, std::uint16_t element, const std::uint8_t *rest, std::uint64_t end,
      Encoding encoding, int depth) {
    std::uint32_t length = word(rest, encoding);
    bool is_sequence = false, is_pixels = false;
    // Whether the type is told by the dictionary alone: it may be a sequence.
    bool is_untold = !encoding.is_explicit;
    if (encoding.is_explicit) {
      const std::string type(reinterpret_cast<const char *>(rest), 2);
      static const std::string short_types =
          "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US";
      // As DCMTK takes types that it does not know.
      if (!is_type(rest) || short_types.find(type) != std::string::npos) {
        length = half(rest + 2, encoding);
      } else {
        std::uint8_t long_length[4];
        if (!take(long_length, 4, end)) return Outcome::cut;
        length = word(long_length, encoding);
      }
      is_sequence = type == "SQ";
      is_pixels = type == "OB" || type == "OW";
      is_untold = type == "UN";
      // What is of unknown type is written in little endian and without types (PS3.5 6.2.2).
      if (is_untold) encoding = {false, false};
    } else {
      is_pixels = group == 0x7fe0 && element == 0x0010;
    }
    // Where DCMTK parses a sequence, since the dictionary says so, its items must be right.
    if (is_untold && DcmTag(group, element).getEVR() == EVR_SQ) is_sequence = true;
    if (length == undefined) {
      return is_pixels ? fragments(end) : items(no_end, end, encoding, depth + 1);
    }
    const std::uint64_t limit = end == no_end ? no_end : end - source_.position();
    if (depth == 0 && group == 0x0020 && element == 0x000e && length <= 64 && length <= limit) {
      std::uint8_t bytes[64];
      if (source_.peek(bytes, length)) {
        series_.assign(reinterpret_cast<char *>(bytes), length);
        while (!series_.empty() && (series_.back() == '\0' || series_.back() == ' ')) series_.pop_back();
      }
    }
    if (length > limit || length > source_.left()) return Outcome::cut;
    const std::uint64_t last = source_.position() + length;
    std::uint8_t start[4];
    const bool is_item = length >= 8 && source_.peek(start, 4)
        && half(start, encoding) == 0xfffe && half(start + 2, encoding) == 0xe000;
    if (is_sequence || (is_untold && is_item)) {
      const Outcome outcome = items(last, last, encoding, depth + 1);
      // Bytes that only look like a sequence need not be one.
      if (outcome == Outcome::too_deep || (is_sequence && outcome != Outcome::good)) return outcome;
    }
    return source_.skip(last - source_.position()) ? Outcome::good : Outcome::cut;
  }

  /// The items of a sequence.
  Outcome items(std::uint64_t end, std::uint64_t limit, Encoding encoding, int depth) {
    if (depth > deepest) return Outcome::too_deep;
    while (source_.position() < end) {
      std::uint8_t head[8];
      if (!take(head, 8, limit)) return Outcome::cut;
      const std::uint16_t group = half(head, encoding), element = half(head + 2, encoding);
      const std::uint32_t length = word(head + 4, encoding);
      if (group == 0xfffe && element == 0xe0dd) return Outcome::good;
      if (group != 0xfffe || element != 0xe000) return Outcome::strange;
      std::uint64_t last = no_end;
      if (length != undefined) {
        if (length > limit - source_.position() || length > source_.left()) return Outcome::cut;
        last = source_.position() + length;
      }
      const Outcome outcome = elements(last, encoding, depth);
      if (outcome != Outcome::good) return outcome;
    }
    return Outcome::good;
  }

  /// Compressed pixels.
  Outcome fragments(std::uint64_t limit) {
    while (true) {
      std::uint8_t head[8];
      if (!take(head, 8, limit)) return Outcome::cut;
      const Encoding little{true, false};
      const std::uint16_t element = half(head + 2, little);
      if (half(head, little) != 0xfffe) return Outcome::strange;
      if (element == 0xe0dd) return Outcome::good;
      if (element != 0xe000) return Outcome::strange;
      const std::uint32_t length = word(head + 4, little);
      if (length > source_.left() || !source_.skip(length)) return Outcome::cut;
    }
  }
};

/// Walks over a data set; `series` gets the UID of its series as far as that was reached, or is null.
Outcome walk(ByteSource &source, Encoding encoding, std::string *series) {
  Walk walk(source);
  const Outcome outcome = walk.elements(no_end, encoding, 0);
  if (series) *series = walk.series();
  return outcome;
}

Outcome walk(ByteSource &source, std::string *series) {
  std::uint8_t start[132];
  if (source.peek(start, 132) && std::memcmp(start + 128, "DICM", 4) == 0) source.skip(132);
  std::string syntax;
  const Outcome outcome = Walk(source).meta_header(syntax);
  if (outcome != Outcome::good) return outcome;
  std::uint8_t head[6];
  if (!source.peek(head, 6)) return Outcome::good;
  if (syntax == "1.2.840.10008.1.2.1.99") {
    InflatedSource inflated(source);
    return walk(inflated, {true, false}, series);
  }
  const bool is_big_endian = syntax == "1.2.840.10008.1.2.2" || (syntax.empty() && head[0] == 0);
  // DCMTK, too, looks at the first element where the syntax is not told or is wrong.
  const bool is_explicit = Walk::is_type(head + 4);
  return walk(source, {is_explicit, is_big_endian}, series);
}

}  // namespace

bool check_structure(ByteSource &source, ds_error *error) {
  switch (walk(source, nullptr)) {
    case Outcome::good: return true;
    case Outcome::too_deep:
      report(error, bad_structure, "its items are nested more than 100 deep");
      return false;
    case Outcome::cut:
      report(error, bad_structure, "it ends within an element, or is damaged");
      return false;
    case Outcome::strange: break;
  }
  report(error, bad_structure, "its elements and items do not follow each other as they must");
  return false;
}

std::string series_of(ByteSource &source) {
  std::string series;
  walk(source, &series);
  return series;
}

}  // namespace shim
