// Reading attributes.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "Shim.h"

using namespace shim;

namespace {

/// DCMTK reads values when they are first asked for, so that none of its functions is const.
DcmItem *item_of(const ds_item *item) {
  return reinterpret_cast<DcmItem *>(const_cast<ds_item *>(item));
}

DcmElement *find(const ds_item *item, uint16_t group, uint16_t element) {
  DcmElement *found = nullptr;
  if (!item) return nullptr;
  const OFCondition condition = item_of(item)->findAndGetElement(DcmTagKey(group, element), found);
  return condition.good() ? found : nullptr;
}

DcmSequenceOfItems *sequence(const ds_item *item, uint16_t group, uint16_t element) {
  DcmElement *found = find(item, group, element);
  return found && found->ident() == EVR_SQ ? static_cast<DcmSequenceOfItems *>(found) : nullptr;
}

/// One value as a number, or false.
bool number(DcmElement *element, unsigned long index, double &out) {
  switch (element->ident()) {
    case EVR_FD: {
      Float64 value = 0;
      if (element->getFloat64(value, index).bad()) return false;
      out = value;
      return true;
    }
    case EVR_FL: {
      Float32 value = 0;
      if (element->getFloat32(value, index).bad()) return false;
      out = value;
      return true;
    }
    case EVR_IS:
    case EVR_SL: {
      Sint32 value = 0;
      if (element->getSint32(value, index).bad()) return false;
      out = value;
      return true;
    }
    case EVR_UL: {
      Uint32 value = 0;
      if (element->getUint32(value, index).bad()) return false;
      out = value;
      return true;
    }
    case EVR_US:
    case EVR_xs: {
      Uint16 value = 0;
      if (element->getUint16(value, index).bad()) return false;
      out = value;
      return true;
    }
    case EVR_SS: {
      Sint16 value = 0;
      if (element->getSint16(value, index).bad()) return false;
      out = value;
      return true;
    }
    default: return false;
  }
}

enum class Family { text, real, whole, other };

Family family(DcmEVR type) {
  switch (type) {
    case EVR_DS:
    case EVR_IS: return Family::text;
    case EVR_FD:
    case EVR_FL: return Family::real;
    case EVR_SL:
    case EVR_SS:
    case EVR_UL:
    case EVR_US:
    case EVR_xs: return Family::whole;
    default: return Family::other;
  }
}

/// Whether an attribute's type is of the family that the standard states. Where it is not its bytes
/// are mostly of the standard's type: positions in text would become numbers that look like some.
bool is_stated_family(const DcmElement *element) {
  const DcmTagKey key(element->getGTag(), element->getETag());
  const Family standard = family(DcmTag(key).getEVR());
  return key.isPrivate() || standard == Family::other || standard == family(element->ident());
}

/// Decimal numbers, separated by backslashes: DCMTK looks for each from the start of the text, which
/// takes the square of the time where there are many, as in contours.
size_t decimals(DcmElement *element, double *out, size_t capacity) {
  char *text = nullptr;
  Uint32 length = 0;
  auto *bytes = dynamic_cast<DcmByteString *>(element);
  if (!bytes || bytes->getString(text, length).bad() || !text) return 0;
  const char *from = text, *const end = text + length;
  size_t count = 0;
  while (count < capacity && from < end) {
    const char *const next = std::find(from, end, '\\');
    while (from < next && (*from == ' ' || *from == '+')) from++;
    const char *last = next;
    while (last > from && (last[-1] == ' ' || last[-1] == '\0')) last--;
    const auto [stop, status] = std::from_chars(from, last, out[count]);
    if (status != std::errc() || stop != last) return count;
    count++;
    from = next == end ? end : next + 1;
  }
  return count;
}

}  // namespace

size_t ds_item_count(const ds_item *item, uint16_t group, uint16_t element) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmSequenceOfItems *items = sequence(item, group, element);
    return items ? items->card() : 0;
  });
}

const ds_item *ds_item_at(const ds_item *item, uint16_t group, uint16_t element, size_t index) {
  return guarded<const ds_item *>(nullptr, nullptr, [&]() -> const ds_item * {
    DcmSequenceOfItems *items = sequence(item, group, element);
    if (!items || index >= items->card()) return nullptr;
    return reinterpret_cast<const ds_item *>(items->getItem(index));
  });
}

const ds_item *ds_next_item(
    const ds_item *item, uint16_t group, uint16_t element, const ds_item *previous) {
  return guarded<const ds_item *>(nullptr, nullptr, [&]() -> const ds_item * {
    DcmSequenceOfItems *items = sequence(item, group, element);
    if (!items) return nullptr;
    // The sequence remembers where it is.
    DcmObject *next = items->nextInContainer(previous ? item_of(previous) : nullptr);
    return reinterpret_cast<const ds_item *>(static_cast<DcmItem *>(next));
  });
}

int ds_has(const ds_item *item, uint16_t group, uint16_t element) {
  return guarded<int>(nullptr, 0, [&] { return find(item, group, element) ? 1 : 0; });
}

size_t ds_text(const ds_item *item, uint16_t group, uint16_t element, char *out, size_t capacity) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmElement *found = find(item, group, element);
    OFString text;
    if (!found || !found->isLeaf() || found->getOFStringArray(text).bad()) return 0;
    if (text.size() < capacity) std::memcpy(out, text.c_str(), text.size() + 1);
    return text.size();
  });
}

size_t ds_value_count(const ds_item *item, uint16_t group, uint16_t element) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmElement *found = find(item, group, element);
    return found && found->isLeaf() ? found->getVM() : 0;
  });
}

size_t ds_numbers(
    const ds_item *item, uint16_t group, uint16_t element, double *out, size_t capacity) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmElement *found = find(item, group, element);
    if (!found || !found->isLeaf() || !is_stated_family(found)) return 0;
    if (found->ident() == EVR_DS) return decimals(found, out, capacity);
    const size_t count = std::min<size_t>(found->getVM(), capacity);
    for (size_t index = 0; index < count; index++) {
      if (!number(found, index, out[index])) return index;
    }
    return count;
  });
}

const uint8_t *ds_bytes(const ds_item *item, uint16_t group, uint16_t element, size_t *count) {
  *count = 0;
  return guarded<const uint8_t *>(nullptr, nullptr, [&]() -> const uint8_t * {
    DcmElement *found = find(item, group, element);
    if (!found || !found->isLeaf()) return nullptr;
    Uint8 *bytes = nullptr;
    if (found->getUint8Array(bytes).bad() || !bytes) return nullptr;
    *count = found->getLength();
    return bytes;
  });
}
