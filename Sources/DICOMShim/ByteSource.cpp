#include "ByteSource.h"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shim {

bool ByteSource::hold(std::size_t count) {
  if (held() >= count) return true;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
  start_ = 0;
  while (buffer_.size() < count) {
    const std::size_t before = buffer_.size();
    buffer_.resize(std::max<std::size_t>(count, 4096));
    const std::size_t step = fetch(buffer_.data() + before, buffer_.size() - before);
    buffer_.resize(before + step);
    if (step == 0) return false;
  }
  return true;
}

bool ByteSource::at_end() { return !hold(1); }

bool ByteSource::read(std::uint8_t *out, std::size_t count) {
  if (!peek(out, count)) return false;
  start_ += count;
  position_ += count;
  return true;
}

bool ByteSource::peek(std::uint8_t *out, std::size_t count) {
  if (!hold(count)) return false;
  std::memcpy(out, buffer_.data() + start_, count);
  return true;
}

bool ByteSource::skip(std::uint64_t count) {
  const std::size_t from_buffer = static_cast<std::size_t>(std::min<std::uint64_t>(count, held()));
  start_ += from_buffer;
  position_ += from_buffer;
  count -= from_buffer;
  while (count > 0) {
    const std::uint64_t step = pass(count);
    if (step == 0) return false;
    position_ += step;
    count -= step;
  }
  return true;
}

std::uint64_t ByteSource::pass(std::uint64_t count) {
  std::uint8_t bytes[4096];
  return fetch(bytes, static_cast<std::size_t>(std::min<std::uint64_t>(count, sizeof bytes)));
}

std::size_t MemorySource::fetch(std::uint8_t *out, std::size_t count) {
  const std::size_t step = std::min(count, count_ - next_);
  if (step > 0) std::memcpy(out, bytes_ + next_, step);
  next_ += step;
  return step;
}

std::uint64_t MemorySource::pass(std::uint64_t count) {
  const std::uint64_t step = std::min<std::uint64_t>(count, count_ - next_);
  next_ += static_cast<std::size_t>(step);
  return step;
}

FileSource::FileSource(const char *path) : descriptor_(open(path, O_RDONLY | O_CLOEXEC)) {
  struct stat status;
  if (descriptor_ >= 0 && fstat(descriptor_, &status) == 0 && status.st_size > 0) {
    count_ = static_cast<std::uint64_t>(status.st_size);
  }
}

FileSource::~FileSource() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::size_t FileSource::fetch(std::uint8_t *out, std::size_t count) {
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, count_ - next_));
  const ssize_t step = pread(descriptor_, out, count, static_cast<off_t>(next_));
  if (step <= 0) return 0;
  next_ += static_cast<std::uint64_t>(step);
  return static_cast<std::size_t>(step);
}

std::uint64_t FileSource::pass(std::uint64_t count) {
  const std::uint64_t step = std::min(count, count_ - next_);
  next_ += step;
  return step;
}

InflatedSource::InflatedSource(ByteSource &deflated) : deflated_(deflated) {
  // Without an envelope, as DICOM deflates.
  is_ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK;
}

InflatedSource::~InflatedSource() {
  if (is_ready_) inflateEnd(&stream_);
}

std::size_t InflatedSource::fetch(std::uint8_t *out, std::size_t count) {
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, largest - produced_));
  if (!is_ready_ || is_done_ || count == 0) return 0;
  stream_.next_out = out;
  stream_.avail_out = static_cast<uInt>(count);
  while (stream_.avail_out == count) {
    if (stream_.avail_in == 0) {
      const std::size_t step = static_cast<std::size_t>(
          std::min<std::uint64_t>(sizeof input_, deflated_.left()));
      if (step == 0 || !deflated_.read(input_, step)) break;
      stream_.next_in = input_;
      stream_.avail_in = static_cast<uInt>(step);
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK) {
      is_done_ = true;
      break;
    }
  }
  const std::size_t produced = count - stream_.avail_out;
  produced_ += produced;
  return produced;
}

}  // namespace shim
