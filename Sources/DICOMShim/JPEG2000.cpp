// JPEG 2000, which DCMTK does not decode.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "Shim.h"

// Distributions name the folder after the version.
#if __has_include(<openjpeg-2.5/openjpeg.h>)
#include <openjpeg-2.5/openjpeg.h>
#else
#include <openjpeg-2.4/openjpeg.h>
#endif

namespace shim {

namespace {

/// A codestream in memory.
struct Source {
  const std::uint8_t *bytes;
  std::size_t count;
  std::size_t position;
};

OPJ_SIZE_T read(void *target, OPJ_SIZE_T count, void *user) {
  Source &source = *static_cast<Source *>(user);
  const std::size_t step = std::min<std::size_t>(count, source.count - source.position);
  if (step == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(target, source.bytes + source.position, step);
  source.position += step;
  return step;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void *user) {
  Source &source = *static_cast<Source *>(user);
  if (count < 0) return -1;
  const std::size_t left = source.count - source.position;
  const std::size_t step = std::min<std::size_t>(static_cast<std::size_t>(count), left);
  source.position += step;
  return static_cast<OPJ_OFF_T>(step);
}

OPJ_BOOL seek(OPJ_OFF_T position, void *user) {
  Source &source = *static_cast<Source *>(user);
  if (position < 0 || static_cast<std::size_t>(position) > source.count) return OPJ_FALSE;
  source.position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

/// Keeps the first message of the decoder.
void keep(const char *message, void *user) {
  std::string &text = *static_cast<std::string *>(user);
  if (!text.empty()) return;
  text = message;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
}

void ignore(const char *, void *) {}

template <typename Sample>
void copy(const opj_image_comp_t &component, void *out) {
  Sample *samples = static_cast<Sample *>(out);
  const std::size_t count = std::size_t(component.w) * component.h;
  // The sign is that of the attributes: what reads the samples cuts them to the stored bits.
  for (std::size_t index = 0; index < count; index++) {
    samples[index] = static_cast<Sample>(component.data[index]);
  }
}

}  // namespace

bool decode_jpeg2000(
    const std::uint8_t *bytes, std::size_t count, unsigned rows, unsigned columns, unsigned bits,
    void *out, ds_error *error) {
  static const std::uint8_t box[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
  const bool is_boxed = count >= sizeof box && std::memcmp(bytes, box, sizeof box) == 0;
  using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
  using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
  using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;
  Codec codec(
      opj_create_decompress(is_boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), opj_destroy_codec);
  Stream stream(opj_stream_default_create(OPJ_TRUE), opj_stream_destroy);
  if (!codec || !stream) {
    report(error, failure, "there is not enough memory");
    return false;
  }
  std::string message;
  opj_set_error_handler(codec.get(), keep, &message);
  opj_set_warning_handler(codec.get(), ignore, nullptr);
  opj_set_info_handler(codec.get(), ignore, nullptr);
  Source source{bytes, count, 0};
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), count);
  opj_stream_set_read_function(stream.get(), read);
  opj_stream_set_skip_function(stream.get(), skip);
  opj_stream_set_seek_function(stream.get(), seek);

  const auto fail = [&](const char *text) {
    const std::string reason = message.empty() ? text : std::string(text) + ": " + message;
    report(error, bad_codestream, reason.c_str());
    return false;
  };
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t *header = nullptr;
  if (!opj_setup_decoder(codec.get(), &parameters)
      || !opj_read_header(stream.get(), codec.get(), &header)) {
    return fail("its JPEG 2000 header is damaged");
  }
  Image image(header, opj_image_destroy);
  // Checked before the decoder allocates the image.
  const auto fits = [&] {
    return image->numcomps == 1 && image->x1 > image->x0 && image->y1 > image->y0
        && image->x1 - image->x0 == columns && image->y1 - image->y0 == rows
        && image->comps[0].dx == 1 && image->comps[0].dy == 1 && image->comps[0].prec <= bits;
  };
  if (!fits()) return fail("its JPEG 2000 image is of another size or kind than it says");
  if (!opj_decode(codec.get(), stream.get(), image.get())
      || !opj_end_decompress(codec.get(), stream.get())) {
    return fail("its JPEG 2000 data is damaged");
  }
  const opj_image_comp_t &component = image->comps[0];
  if (!component.data || component.w != columns || component.h != rows) {
    return fail("its JPEG 2000 data is damaged");
  }
  switch (bits) {
    case 8: copy<std::uint8_t>(component, out); break;
    case 16: copy<std::uint16_t>(component, out); break;
    default: copy<std::uint32_t>(component, out); break;
  }
  return true;
}

}  // namespace shim
