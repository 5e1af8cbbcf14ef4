/// The number of an attribute (PS3.6).
struct DICOMTag: Sendable, Hashable {
  let group: UInt16
  let element: UInt16

  init(_ group: UInt16, _ element: UInt16) {
    self.group = group
    self.element = element
  }
}

extension DICOMTag: CustomStringConvertible {
  /// As the standard writes it: `(0010,0020)`.
  var description: String {
    func digits(_ number: UInt16) -> String {
      let text = String(number, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - text.count) + text
    }
    return "(\(digits(group)),\(digits(element)))"
  }
}

extension DICOMTag {
  // The object, the patient and the series.
  static let mediaStorageClass = DICOMTag(0x0002, 0x0002)
  static let characterSet = DICOMTag(0x0008, 0x0005)
  static let imageType = DICOMTag(0x0008, 0x0008)
  static let objectClass = DICOMTag(0x0008, 0x0016)
  static let objectUID = DICOMTag(0x0008, 0x0018)
  static let seriesDate = DICOMTag(0x0008, 0x0021)
  static let acquisitionDate = DICOMTag(0x0008, 0x0022)
  static let seriesTime = DICOMTag(0x0008, 0x0031)
  static let acquisitionTime = DICOMTag(0x0008, 0x0032)
  static let modality = DICOMTag(0x0008, 0x0060)
  static let manufacturer = DICOMTag(0x0008, 0x0070)
  static let seriesDescription = DICOMTag(0x0008, 0x103e)
  static let patientID = DICOMTag(0x0010, 0x0020)
  static let patientSex = DICOMTag(0x0010, 0x0040)
  static let patientSize = DICOMTag(0x0010, 0x1020)
  static let patientWeight = DICOMTag(0x0010, 0x1030)
  static let seriesUID = DICOMTag(0x0020, 0x000e)
  static let seriesNumber = DICOMTag(0x0020, 0x0011)
  static let acquisitionNumber = DICOMTag(0x0020, 0x0012)
  static let instanceNumber = DICOMTag(0x0020, 0x0013)

  // The acquisition.
  static let sliceThickness = DICOMTag(0x0018, 0x0050)
  static let echoTime = DICOMTag(0x0018, 0x0081)
  static let sliceSpacing = DICOMTag(0x0018, 0x0088)
  static let triggerTime = DICOMTag(0x0018, 0x1060)
  static let bValue = DICOMTag(0x0018, 0x9087)

  // The place.
  static let position = DICOMTag(0x0020, 0x0032)
  static let orientation = DICOMTag(0x0020, 0x0037)
  static let frameOfReferenceUID = DICOMTag(0x0020, 0x0052)
  static let temporalPosition = DICOMTag(0x0020, 0x0100)
  static let pixelSpacing = DICOMTag(0x0028, 0x0030)

  // The pixels.
  static let samplesPerPixel = DICOMTag(0x0028, 0x0002)
  static let photometric = DICOMTag(0x0028, 0x0004)
  static let frameCount = DICOMTag(0x0028, 0x0008)
  static let rows = DICOMTag(0x0028, 0x0010)
  static let columns = DICOMTag(0x0028, 0x0011)
  static let bitsAllocated = DICOMTag(0x0028, 0x0100)
  static let bitsStored = DICOMTag(0x0028, 0x0101)
  static let highBit = DICOMTag(0x0028, 0x0102)
  static let pixelRepresentation = DICOMTag(0x0028, 0x0103)
  static let pixelPadding = DICOMTag(0x0028, 0x0120)
  static let pixelPaddingLimit = DICOMTag(0x0028, 0x0121)
  static let rescaleIntercept = DICOMTag(0x0028, 0x1052)
  static let rescaleSlope = DICOMTag(0x0028, 0x1053)
  static let modalityTable = DICOMTag(0x0028, 0x3000)

  // Functional groups of multi-frame images (PS3.3 C.7.6.16).
  static let sharedGroups = DICOMTag(0x5200, 0x9229)
  static let perFrameGroups = DICOMTag(0x5200, 0x9230)
  static let planePosition = DICOMTag(0x0020, 0x9113)
  static let planeOrientation = DICOMTag(0x0020, 0x9116)
  static let pixelMeasures = DICOMTag(0x0028, 0x9110)
  static let pixelValueTransformation = DICOMTag(0x0028, 0x9145)
  static let frameContent = DICOMTag(0x0020, 0x9111)
  static let temporalIndex = DICOMTag(0x0020, 0x9128)
  static let frameAcquisitionNumber = DICOMTag(0x0020, 0x9156)
  static let echoes = DICOMTag(0x0018, 0x9114)
  static let effectiveEchoTime = DICOMTag(0x0018, 0x9082)
  static let diffusion = DICOMTag(0x0018, 0x9117)
  static let cardiac = DICOMTag(0x0018, 0x9118)
  static let cardiacDelay = DICOMTag(0x0020, 0x9153)
  static let frameType = DICOMTag(0x0008, 0x9007)
  static let frameTypeGroups = [
    DICOMTag(0x0018, 0x9226), DICOMTag(0x0018, 0x9329), DICOMTag(0x0018, 0x9751),
  ]
  static let philipsFrame = DICOMTag(0x2005, 0x140f)

  // Positron emission tomography.
  static let units = DICOMTag(0x0054, 0x1001)
  static let uptakeKind = DICOMTag(0x0054, 0x1006)
  static let decayCorrection = DICOMTag(0x0054, 0x1102)
  static let radiopharmaceutical = DICOMTag(0x0054, 0x0016)
  static let injectionTime = DICOMTag(0x0018, 0x1072)
  static let injectionDateTime = DICOMTag(0x0018, 0x1078)
  static let injectedDose = DICOMTag(0x0018, 0x1074)
  static let halfLife = DICOMTag(0x0018, 0x1075)

  // Directories (PS3.3 F).
  static let directoryRecords = DICOMTag(0x0004, 0x1220)
  static let referencedFile = DICOMTag(0x0004, 0x1500)
}
