// DCMTK's state that belongs to the process: set once, when the first DICOM file is seen.
#include <cstdio>
#include <mutex>

#include "Shim.h"

#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/nullap.h>
#include <dcmtk/oflog/oflog.h>

namespace shim {

void report(ds_error *error, Code code, const char *text) {
  if (!error) return;
  error->module = 0;
  error->code = code;
  std::snprintf(error->text, sizeof error->text, "%s", text);
}

void report(ds_error *error, const OFCondition &condition) {
  if (!error) return;
  error->module = condition.module();
  error->code = condition.code() ? condition.code() : unsigned(failure);
  std::snprintf(error->text, sizeof error->text, "%s", condition.text());
}

bool prepare(ds_error *error) {
  static std::once_flag once;
  std::call_once(once, [] {
    // What went wrong is in the conditions; the log would only fill the standard error.
    dcmtk::log4cplus::Logger root = dcmtk::log4cplus::Logger::getRoot();
    root.removeAllAppenders();
    root.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new dcmtk::log4cplus::NullAppender()));
    root.setLogLevel(OFLogger::OFF_LOG_LEVEL);
    dcmEnableUnknownVRConversion.set(OFTrue);
    DJDecoderRegistration::registerCodecs(EDC_never);
    DJLSDecoderRegistration::registerCodecs();
  });
  // Without it attributes of implicit VR would be taken for bytes, and nobody would notice.
  if (!dcmDataDict.isDictionaryLoaded()) {
    report(
        error, no_dictionary,
        "DCMTK's data dictionary is missing; install dcmtk, or name it in DCMDICTPATH");
    return false;
  }
  return true;
}

}  // namespace shim
