// Opening and closing.
#include <cerrno>
#include <cstring>
#include <memory>

#include "ByteSource.h"
#include "Shim.h"

#include <dcmtk/dcmdata/dcistrmb.h>

using namespace shim;

ds_file *ds_open(const char *path, ds_error *error) {
  return guarded<ds_file *>(error, nullptr, [&]() -> ds_file * {
    FileSource source(path);
    if (!source.is_open()) {
      report(error, failure, std::strerror(errno));
      return nullptr;
    }
    if (!check_structure(source, error) || !prepare(error)) return nullptr;
    auto file = std::make_unique<ds_file>();
    const OFCondition condition = file->format.loadFile(path);
    if (condition.bad()) {
      report(error, condition);
      return nullptr;
    }
    return file.release();
  });
}

ds_file *ds_open_memory(const uint8_t *bytes, size_t count, ds_error *error) {
  return guarded<ds_file *>(error, nullptr, [&]() -> ds_file * {
    MemorySource source(bytes, count);
    if (!check_structure(source, error) || !prepare(error)) return nullptr;
    auto file = std::make_unique<ds_file>();
    DcmInputBufferStream stream;
    stream.setBuffer(bytes, static_cast<offile_off_t>(count));
    stream.setEos();
    file->format.transferInit();
    const OFCondition condition = file->format.read(stream);
    file->format.transferEnd();
    if (condition.bad()) {
      report(error, condition);
      return nullptr;
    }
    return file.release();
  });
}

size_t ds_damaged_series(const char *path, char *text, size_t capacity) {
  return guarded<size_t>(nullptr, 0, [&]() -> size_t {
    FileSource source(path);
    if (!source.is_open() || !prepare(nullptr)) return 0;
    const std::string series = series_of(source);
    if (series.size() >= capacity) return 0;
    std::memcpy(text, series.c_str(), series.size() + 1);
    return series.size();
  });
}

void ds_close(ds_file *file) {
  guarded<int>(nullptr, 0, [&] {
    delete file;
    return 0;
  });
}

const ds_item *ds_meta(const ds_file *file) {
  return reinterpret_cast<const ds_item *>(
      const_cast<ds_file *>(file)->format.getMetaInfo());
}

const ds_item *ds_root(const ds_file *file) {
  return reinterpret_cast<const ds_item *>(const_cast<ds_file *>(file)->format.getDataset());
}

const char *ds_transfer_syntax(const ds_file *file) {
  return DcmXfer(const_cast<ds_file *>(file)->format.getDataset()->getOriginalXfer()).getXferID();
}
