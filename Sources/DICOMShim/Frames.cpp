// Decoding pixels, frame by frame.
#include <cstring>

#include "Shim.h"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

using namespace shim;

namespace {

using Fragments = std::vector<std::pair<unsigned long, unsigned long>>;

DcmElement *find(ds_file *file, const DcmTagKey &tag) {
  DcmElement *element = nullptr;
  return file->format.getDataset()->findAndGetElement(tag, element).good() ? element : nullptr;
}

bool is_jpeg2000(E_TransferSyntax syntax) {
  return syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000;
}

/// The fragment at an index, of which the first is the table of offsets.
bool fragment(DcmPixelSequence *sequence, unsigned long index, Uint8 *&bytes, size_t &count) {
  DcmPixelItem *item = nullptr;
  if (sequence->getItem(item, index).bad() || !item) return false;
  count = item->getLength();
  bytes = nullptr;
  return count == 0 || (item->getUint8Array(bytes).good() && bytes);
}

/// Which fragments hold which frame: all of one frame, one each, as the table of offsets says, or
/// from one start of a codestream to the next.
Fragments group(DcmPixelSequence *sequence, size_t frames) {
  const unsigned long card = sequence->card();
  if (card < 2 || frames < 1) return {};
  if (frames == 1) return {{1, card}};
  Fragments result;
  if (card - 1 == frames) {
    for (unsigned long index = 1; index < card; index++) result.push_back({index, index + 1});
    return result;
  }
  Uint8 *table = nullptr;
  size_t table_size = 0;
  if (!fragment(sequence, 0, table, table_size)) return {};
  std::vector<unsigned long> starts;
  size_t offset = 0;
  for (unsigned long index = 1; index < card; index++) {
    Uint8 *bytes = nullptr;
    size_t count = 0;
    if (!fragment(sequence, index, bytes, count)) return {};
    bool is_start = false;
    if (table_size == frames * 4 && starts.size() < frames) {
      const Uint8 *entry = table + starts.size() * 4;
      const uint32_t expected = uint32_t(entry[0]) | uint32_t(entry[1]) << 8
          | uint32_t(entry[2]) << 16 | uint32_t(entry[3]) << 24;
      is_start = expected == offset;
    } else if (table_size != frames * 4) {
      static const Uint8 marker[] = {0xff, 0x4f, 0xff, 0x51};
      is_start = count >= sizeof marker && std::memcmp(bytes, marker, sizeof marker) == 0;
    }
    if (is_start) starts.push_back(index);
    offset += count + 8;
  }
  if (starts.size() != frames || starts[0] != 1) return {};
  for (size_t frame = 0; frame < frames; frame++) {
    result.push_back({starts[frame], frame + 1 < frames ? starts[frame + 1] : card});
  }
  return result;
}

/// Frames of the transfer syntaxes that this library decodes itself.
bool read_own(
    ds_file *file, DcmPixelData *pixels, uint32_t frame, void *out, size_t size, ds_error *error) {
  DcmDataset *dataset = file->format.getDataset();
  DcmPixelSequence *sequence = nullptr;
  const OFCondition condition =
      pixels->getEncapsulatedRepresentation(dataset->getOriginalXfer(), nullptr, sequence);
  if (condition.bad() || !sequence) {
    report(error, condition);
    return false;
  }
  Uint16 rows = 0, columns = 0, bits = 0;
  Sint32 frames = 1;
  dataset->findAndGetUint16(DCM_Rows, rows);
  dataset->findAndGetUint16(DCM_Columns, columns);
  dataset->findAndGetUint16(DCM_BitsAllocated, bits);
  dataset->findAndGetSint32(DCM_NumberOfFrames, frames);
  if ((bits != 8 && bits != 16 && bits != 32) || size != size_t(rows) * columns * (bits / 8)) {
    report(error, bad_pixels, "the size of its frames does not fit its attributes");
    return false;
  }
  if (file->fragments.empty()) file->fragments = group(sequence, frames < 1 ? 1 : size_t(frames));
  if (frame >= file->fragments.size()) {
    report(error, bad_pixels, "its compressed frames cannot be told apart");
    return false;
  }
  const auto [first, end] = file->fragments[frame];
  std::vector<uint8_t> codestream;
  for (unsigned long index = first; index < end; index++) {
    Uint8 *bytes = nullptr;
    size_t count = 0;
    if (!fragment(sequence, index, bytes, count)) {
      report(error, bad_pixels, "a fragment of its compressed pixels cannot be read");
      return false;
    }
    codestream.insert(codestream.end(), bytes, bytes + count);
  }
  const auto decode = is_jpeg2000(dataset->getOriginalXfer()) ? decode_jpeg2000 : decode_rle;
  return decode(codestream.data(), codestream.size(), rows, columns, bits, out, error);
}

}  // namespace

ds_pixels ds_pixel_kind(const ds_file *file) {
  return guarded<ds_pixels>(nullptr, DS_NO_PIXELS, [&] {
    ds_file *readable = const_cast<ds_file *>(file);
    if (find(readable, DCM_PixelData)) return DS_INTEGER_PIXELS;
    if (find(readable, DCM_FloatPixelData)) return DS_FLOAT_PIXELS;
    if (find(readable, DCM_DoubleFloatPixelData)) return DS_DOUBLE_PIXELS;
    return DS_NO_PIXELS;
  });
}

int64_t ds_pixel_bytes(const ds_file *file) {
  return guarded<int64_t>(nullptr, 0, [&]() -> int64_t {
    ds_file *readable = const_cast<ds_file *>(file);
    if (DcmElement *pixels = find(readable, DCM_PixelData)) {
      const E_TransferSyntax syntax = readable->format.getDataset()->getOriginalXfer();
      return DcmXfer(syntax).isEncapsulated() ? -1 : int64_t(pixels->getLength());
    }
    DcmElement *values = find(readable, DCM_FloatPixelData);
    if (!values) values = find(readable, DCM_DoubleFloatPixelData);
    return values ? values->getLength() : 0;
  });
}

int ds_read_frame(ds_file *file, uint32_t frame, void *out, size_t size, ds_error *error) {
  return guarded<int>(error, -1, [&] {
    // Decoders of damaged data may write less than all.
    std::memset(out, 0, size);
    if (size > 0xfffffff0u) {
      report(error, bad_pixels, "its frames are larger than DICOM's lengths can say");
      return -1;
    }
    OFCondition condition;
    if (DcmElement *pixels = find(file, DCM_PixelData)) {
      if (pixels->ident() != EVR_PixelData) {
        report(error, bad_pixels, "its pixel data is of a wrong kind");
        return -1;
      }
      DcmDataset *dataset = file->format.getDataset();
      const E_TransferSyntax syntax = dataset->getOriginalXfer();
      if (is_jpeg2000(syntax) || syntax == EXS_RLELossless) {
        auto *data = static_cast<DcmPixelData *>(pixels);
        return read_own(file, data, frame, out, size, error) ? 0 : -1;
      }
      Uint32 first_fragment = 0;
      OFString model;
      condition = pixels->getUncompressedFrame(
          dataset, frame, first_fragment, out, Uint32(size + size % 2), model);
    } else {
      DcmElement *values = find(file, DCM_FloatPixelData);
      if (!values) values = find(file, DCM_DoubleFloatPixelData);
      if (!values) {
        report(error, bad_pixels, "it has no pixels");
        return -1;
      }
      if ((uint64_t(frame) + 1) * size > values->getLength()) {
        report(error, bad_pixels, "it has fewer pixels than its attributes say");
        return -1;
      }
      condition = values->getPartialValue(out, Uint32(frame * size), Uint32(size));
    }
    if (condition.good()) return 0;
    report(error, condition);
    return -1;
  });
}

int ds_read_pixel_bytes(
    ds_file *file, uint64_t offset, void *out, size_t count, ds_error *error) {
  return guarded<int>(error, -1, [&] {
    DcmElement *pixels = find(file, DCM_PixelData);
    const int64_t length = pixels ? ds_pixel_bytes(file) : 0;
    if (length < 0 || offset > uint64_t(length) || count > uint64_t(length) - offset) {
      report(error, bad_pixels, "it has fewer pixels than its attributes say");
      return -1;
    }
    const OFCondition condition = pixels->getPartialValue(
        out, static_cast<Uint32>(offset), static_cast<Uint32>(count));
    if (condition.good()) return 0;
    report(error, condition);
    return -1;
  });
}
