// What the parts of the shim share.
#ifndef DICOM_SHIM_PRIVATE_H
#define DICOM_SHIM_PRIVATE_H

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <cstdint>
#include <string>
#include <vector>

#include "include/DICOMShim.h"

struct ds_file {
  DcmFileFormat format;
  /// For each frame that this library decodes itself its first fragment and the one after its last; made when needed.
  std::vector<std::pair<unsigned long, unsigned long>> fragments;
};

namespace shim {

/// The codes of this library's own errors, whose module is 0.
enum Code : unsigned { failure = 1, no_dictionary, bad_structure, bad_pixels, bad_codestream };

void report(ds_error *error, Code code, const char *text);
void report(ds_error *error, const OFCondition &condition);

class ByteSource;

/// Whether a file can be given to DCMTK: its elements lie within it and are not nested too deep.
bool check_structure(ByteSource &source, ds_error *error);

/// The UID of the series (0020,000E) of a file that may be damaged behind it; empty where it is not reached.
std::string series_of(ByteSource &source);

/// Prepares DCMTK once: its log, its codecs, its dictionary. Returns whether it can be used.
bool prepare(ds_error *error);

/// Decodes a codestream of JPEG 2000 of one component to samples of 8, 16 or 32 bits.
bool decode_jpeg2000(
    const std::uint8_t *bytes, std::size_t count, unsigned rows, unsigned columns, unsigned bits,
    void *out, ds_error *error);

/// Decodes run lengths of one component to samples of 8, 16 or 32 bits in little endian.
bool decode_rle(
    const std::uint8_t *bytes, std::size_t count, unsigned rows, unsigned columns, unsigned bits,
    void *out, ds_error *error);

/// Runs `body`; an exception becomes an error and `otherwise` the result.
template <typename Result, typename Body>
Result guarded(ds_error *error, Result otherwise, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    report(error, failure, "there is not enough memory");
  } catch (const std::exception &exception) {
    report(error, failure, exception.what());
  } catch (...) {
    report(error, failure, "the DICOM library failed without a reason");
  }
  return otherwise;
}

}  // namespace shim

#endif
