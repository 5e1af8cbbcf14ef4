import Foundation

/// What all written objects of one call have in common.
public struct DICOMOutput: Sendable {
  /// The series that the objects belong to.
  public var reference: DICOMReference
  /// Whether names, numbers and dates of the patient and the study are copied from the series.
  /// Without them only the identifiers of study, series, images and frame of reference tell where
  /// the object belongs.
  public var keepsIdentifiers: Bool
  /// The program's version.
  public var version: String
  /// What made the result, or nil where a person drew it.
  public var algorithm: Algorithm?

  /// What made a result.
  public struct Algorithm: Sendable, Hashable {
    /// Its name, such as that of a model.
    public var name: String
    /// Its version.
    public var version: String

    /// Makes a description; empty texts become "unknown".
    public init(name: String, version: String) {
      self.name = name.isEmpty ? "unknown" : name
      self.version = version.isEmpty ? "unknown" : version
    }
  }

  /// Describes what is written.
  public init(
    reference: DICOMReference, keepsIdentifiers: Bool = false, version: String,
    algorithm: Algorithm? = nil
  ) {
    self.reference = reference
    self.keepsIdentifiers = keepsIdentifiers
    self.version = version
    self.algorithm = algorithm
  }
}

/// An object that is being composed, module by module (PS3.3).
struct DICOMComposer {
  let document: DICOMDocument
  let output: DICOMOutput
  /// The file of the series that attributes are copied from.
  let source: DICOMItem
  let uid = DICOMUID.new()
  let seriesUID = DICOMUID.new()
  /// The day and the time of writing, as DA and TM.
  let date: String
  let time: String

  var root: EditableItem { document.root }
  var reference: DICOMReference { output.reference }

  init(_ output: DICOMOutput) throws(VolumeIOError) {
    self.output = output
    document = try DICOMDocument()
    let file = try DICOMFile(output.reference.first)
    if output.keepsIdentifiers { try DICOMDocument(changing: file).convertToUTF8() }
    source = file.root
    let now = Calendar(identifier: .gregorian).dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date())
    date = String(format: "%04d%02d%02d", now.year!, now.month!, now.day!)
    time = String(format: "%02d%02d%02d", now.hour!, now.minute!, now.second!)
  }

  /// C.12.1
  func sopCommon(_ objectClass: String) {
    root.put(.objectClass, objectClass)
    root.put(.objectUID, uid)
  }

  /// C.7.1.1, C.7.2.2
  func patient() {
    let required: [DICOMTag] = [.patientName, .patientID, .patientBirthDate, .patientSex]
    guard output.keepsIdentifiers else {
      for tag in required { root.putEmpty(tag) }
      return
    }
    root.copy(required, from: source, isRequired: true)
    root.copy(
      [
        .issuerOfPatientID, .otherPatientIDs, .ethnicGroup, .patientComments,
        .patientIdentityRemoved, .deidentificationMethod, .deidentificationCodes,
        .patientAge, .patientSize, .patientWeight,
      ], from: source)
  }

  /// C.7.2.1
  func generalStudy() {
    root.put(.studyUID, reference.studyUID)
    let required: [DICOMTag] = [
      .studyDate, .studyTime, .referringPhysician, .studyID, .accessionNumber,
    ]
    guard output.keepsIdentifiers else {
      for tag in required { root.putEmpty(tag) }
      return
    }
    root.copy(required, from: source, isRequired: true)
    root.copy([.studyDescription], from: source)
  }

  /// C.7.3.1
  func generalSeries(modality: String, number: Int, description: String) {
    root.put(.modality, modality)
    root.put(.seriesUID, seriesUID)
    root.put(.seriesNumber, number)
    root.put(.seriesDescription, description)
  }

  /// C.7.4.1
  func frameOfReference() {
    root.put(.frameOfReferenceUID, reference.frameOfReference)
    root.copy([.positionReferenceIndicator], from: source, isRequired: true)
  }

  /// C.7.5.1, C.7.5.2
  func enhancedGeneralEquipment() {
    root.put(.manufacturer, "medcnn")
    root.put(.manufacturerModel, "medcnn")
    root.put(.deviceSerialNumber, output.version)
    root.put(.softwareVersions, output.version)
  }

  /// C.12.4: the images of the series.
  func commonInstanceReference() {
    root.add(.referencedSeries) { series in
      series.put(.seriesUID, reference.seriesUID)
      for image in reference.objects { series.add(.referencedInstances) { $0.put(image) } }
    }
  }

  func contentDateAndTime() {
    root.put(.contentDate, date)
    root.put(.contentTime, time)
  }
}

extension EditableItem {
  /// Table 10-11 and 10-3
  func put(_ image: DICOMReference.Image) {
    put(.referencedClass, image.objectClass)
    put(.referencedUID, image.uid)
    if let frame = image.frame { put(.referencedFrame, frame) }
  }
}
