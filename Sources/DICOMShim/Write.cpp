// Making and changing data sets, and saving them.
#include <cstring>
#include <memory>

#include "Shim.h"

using namespace shim;

namespace {

DcmItem *item_of(ds_item *item) { return reinterpret_cast<DcmItem *>(item); }

/// The tag with the type that is named, or with that of the dictionary.
DcmTag tag_of(uint16_t group, uint16_t element, const char *type) {
  return type ? DcmTag(group, element, DcmVR(type)) : DcmTag(group, element);
}

/// Takes the data set out of a file format that does not own it, whatever happens.
struct Lent {
  DcmFileFormat &format;
  ~Lent() { format.getAndRemoveDataset(); }
};

int outcome(const OFCondition &condition, ds_error *error) {
  if (condition.good()) return 0;
  report(error, condition);
  return -1;
}

}  // namespace

ds_file *ds_create(ds_error *error) {
  return guarded<ds_file *>(error, nullptr, [&]() -> ds_file * {
    return prepare(error) ? std::make_unique<ds_file>().release() : nullptr;
  });
}

ds_item *ds_edit_root(ds_file *file) {
  return reinterpret_cast<ds_item *>(file->format.getDataset());
}

ds_item *ds_edit_item(ds_item *item, uint16_t group, uint16_t element, size_t index) {
  return const_cast<ds_item *>(ds_item_at(item, group, element, index));
}

int ds_put_text(
    ds_item *item, uint16_t group, uint16_t element, const char *type, const char *text,
    ds_error *error) {
  return guarded<int>(error, -1, [&] {
    DcmElement *made = nullptr;
    OFCondition condition = DcmItem::newDicomElementWithVR(made, tag_of(group, element, type));
    if (condition.good() && *text) condition = made->putString(text);
    if (condition.good()) condition = item_of(item)->insert(made, OFTrue);
    if (condition.bad()) delete made;
    return outcome(condition, error);
  });
}

int ds_put_bytes(
    ds_item *item, uint16_t group, uint16_t element, const char *type, const uint8_t *bytes,
    size_t count, ds_error *error) {
  return guarded<int>(error, -1, [&] {
    if (count > 0xfffffff0u) {
      report(error, failure, "a value of more than 4 GiB, which DICOM's lengths cannot say");
      return -1;
    }
    const DcmTag tag = tag_of(group, element, type);
    if (std::strcmp(type, "OW") == 0) {
      std::vector<Uint16> words((count + 1) / 2);
      std::memcpy(words.data(), bytes, count);
      return outcome(
          item_of(item)->putAndInsertUint16Array(tag, words.data(), words.size()), error);
    }
    return outcome(item_of(item)->putAndInsertUint8Array(tag, bytes, count), error);
  });
}

ds_item *ds_add_item(ds_item *item, uint16_t group, uint16_t element, ds_error *error) {
  return guarded<ds_item *>(error, nullptr, [&]() -> ds_item * {
    DcmItem *added = nullptr;
    const OFCondition condition =
        item_of(item)->findOrCreateSequenceItem(DcmTag(group, element), added, -2);
    if (condition.bad()) report(error, condition);
    return reinterpret_cast<ds_item *>(added);
  });
}

int ds_copy(
    const ds_item *source, ds_item *target, uint16_t group, uint16_t element, ds_error *error) {
  return guarded<int>(error, -1, [&] {
    DcmItem *from = item_of(const_cast<ds_item *>(source));
    DcmElement *copy = nullptr;
    OFCondition condition =
        from->findAndGetElement(DcmTagKey(group, element), copy, OFFalse, OFTrue);
    if (condition.good()) condition = item_of(target)->insert(copy, OFTrue);
    if (condition.bad()) delete copy;
    return outcome(condition, error);
  });
}

void ds_remove(ds_item *item, uint16_t group, uint16_t element) {
  guarded<int>(nullptr, 0, [&] {
    item_of(item)->findAndDeleteElement(DcmTagKey(group, element));
    return 0;
  });
}

size_t ds_elements(const ds_item *item, ds_element *out, size_t capacity) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmItem *elements = item_of(const_cast<ds_item *>(item));
    size_t count = 0;
    for (DcmObject *next = nullptr; (next = elements->nextInContainer(next)); count++) {
      if (count >= capacity) continue;
      // A name is that of the dictionary; private and unknown attributes have none.
      const DcmTag known(next->getTag().getGroup(), next->getTag().getElement());
      ds_element &entry = out[count];
      entry.group = known.getGroup();
      entry.element = known.getElement();
      std::snprintf(entry.type, sizeof entry.type, "%s", DcmVR(next->getVR()).getValidVRName());
      entry.is_sequence = next->ident() == EVR_SQ;
      entry.is_known = known.getEVR() != EVR_UN && known.getEVR() != EVR_UNKNOWN;
    }
    return count;
  });
}

size_t ds_name(uint16_t group, uint16_t element, char *out, size_t capacity) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    DcmTag tag(group, element);
    const char *name = tag.getTagName();
    std::snprintf(out, capacity, "%s", name ? name : "");
    return std::strlen(out);
  });
}

int ds_to_utf8(ds_file *file, ds_error *error) {
  return guarded<int>(
      error, -1, [&] { return outcome(file->format.getDataset()->convertToUTF8(), error); });
}

int ds_save(ds_file *file, const char *path, const char *syntax, ds_error *error) {
  return guarded<int>(error, -1, [&] {
    DcmDataset *dataset = file->format.getDataset();
    const E_TransferSyntax chosen =
        syntax ? DcmXfer(syntax).getXfer() : dataset->getOriginalXfer();
    // With the whole header new, nothing of a read one is left: neither names of stations nor the
    // bytes before it.
    DcmFileFormat format(dataset, OFFalse);
    const Lent lent{format};
    return outcome(
        format.saveFile(
            path, chosen, EET_ExplicitLength, EGL_withoutGL, EPD_noChange, 0, 0,
            EWM_createNewMeta),
        error);
  });
}
