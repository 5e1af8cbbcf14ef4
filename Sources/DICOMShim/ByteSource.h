// Bytes that are read once from the first to the last.
#ifndef DICOM_SHIM_BYTE_SOURCE_H
#define DICOM_SHIM_BYTE_SOURCE_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <zlib.h>

namespace shim {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource() = default;
  ByteSource(const ByteSource &) = delete;
  ByteSource &operator=(const ByteSource &) = delete;

  /// The number of bytes that were read or skipped.
  std::uint64_t position() const { return position_; }
  /// The most bytes that may follow.
  virtual std::uint64_t left() = 0;
  bool at_end();
  /// Reads exactly so many bytes, or returns false.
  bool read(std::uint8_t *out, std::size_t count);
  /// Reads without going on; at most 132 bytes.
  bool peek(std::uint8_t *out, std::size_t count);
  bool skip(std::uint64_t count);

 protected:
  /// Reads at most so many bytes; 0 at the end.
  virtual std::size_t fetch(std::uint8_t *out, std::size_t count) = 0;
  /// Passes over at most so many bytes.
  virtual std::uint64_t pass(std::uint64_t count);
  /// The number of bytes that were fetched and not read.
  std::size_t held() const { return buffer_.size() - start_; }

 private:
  bool hold(std::size_t count);

  std::uint64_t position_ = 0;
  std::vector<std::uint8_t> buffer_;
  std::size_t start_ = 0;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(const std::uint8_t *bytes, std::size_t count) : bytes_(bytes), count_(count) {}
  std::uint64_t left() override { return held() + count_ - next_; }

 protected:
  std::size_t fetch(std::uint8_t *out, std::size_t count) override;
  std::uint64_t pass(std::uint64_t count) override;

 private:
  const std::uint8_t *bytes_;
  std::size_t count_;
  std::size_t next_ = 0;
};

class FileSource : public ByteSource {
 public:
  explicit FileSource(const char *path);
  ~FileSource() override;
  bool is_open() const { return descriptor_ >= 0; }
  std::uint64_t left() override { return held() + count_ - next_; }

 protected:
  std::size_t fetch(std::uint8_t *out, std::size_t count) override;
  std::uint64_t pass(std::uint64_t count) override;

 private:
  int descriptor_;
  std::uint64_t count_ = 0;
  std::uint64_t next_ = 0;
};

/// What the rest of another source is when it is inflated; at most 2 GiB.
class InflatedSource : public ByteSource {
 public:
  explicit InflatedSource(ByteSource &deflated);
  ~InflatedSource() override;
  std::uint64_t left() override { return largest - produced_ + held(); }

 protected:
  std::size_t fetch(std::uint8_t *out, std::size_t count) override;

 private:
  static constexpr std::uint64_t largest = std::uint64_t(1) << 31;

  ByteSource &deflated_;
  z_stream stream_{};
  bool is_ready_;
  bool is_done_ = false;
  std::uint64_t produced_ = 0;
  std::uint8_t input_[4096];
};

}  // namespace shim

#endif
