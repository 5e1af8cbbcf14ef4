import DICOMShim
import Volumes

/// Takes what identifies a patient out of DICOM objects by the Basic Application Level
/// Confidentiality Profile (PS3.15 E.1).
///
/// Unique identifiers are replaced by ones that a key gives: the same for the same identifier, so
/// that objects go on referring to each other, and of no use to whoever lacks the key.
public struct Deidentifier: Sendable {
  private let keyedHash: KeyedHash
  /// Whether unique identifiers stay, for objects of the same study.
  var keepsUIDs = false
  /// Whether patients get a name and an ID of their own instead of none.
  var isPseudonymous = true
  /// What was done so far.
  public internal(set) var report = DeidentificationReport()

  /// - Parameter key: any text; what one key replaced, another replaces by other values.
  public init(key: String) { keyedHash = KeyedHash(key: key) }

  /// De-identifies a file.
  ///
  /// - Parameter target: where the result is written; it appears whole or not at all.
  /// - Throws: ``VolumeIOError`` for a file that is damaged or that only names others, and a place
  ///   that cannot be written.
  public mutating func write(_ path: String, to target: String) throws(VolumeIOError) {
    try write(DICOMFile(DICOMSource(path: path)), to: target)
  }

  mutating func write(_ file: DICOMFile, to target: String) throws(VolumeIOError) {
    guard !Deidentifier.isDirectory(file) else {
      throw .unsupported(
        path: file.path, found: "a DICOMDIR, which holds names of patients and of files",
        remedy: "make a new one of the results")
    }
    let document = DICOMDocument(changing: file)
    let warning = BurnedInText.warning(file.root)
    apply(to: document)
    try document.write(to: target)
    report.files += 1
    if let warning { report.add(warning: warning) }
  }

  /// Whether a file only names others (PS3.3 F).
  static func isDirectory(_ file: DICOMFile) -> Bool {
    file.meta.text(.mediaStorageClass) == "1.2.840.10008.1.3.10"
  }

  /// De-identifies an object in memory.
  mutating func apply(to document: DICOMDocument) {
    let root = document.root
    let words = IdentifyingWords(document.reading)
    let pseudonym = keyedHash.pseudonym(words.patient)
    let isReport = root.reading.text(.objectClass)?.hasPrefix("1.2.840.10008.5.1.4.1.1.88.") == true
    process(root, words)
    // Required in reports, if without items.
    if isReport { root.putEmpty(.referencedProcedureStep) }
    if isPseudonymous {
      root.put(.patientName, pseudonym)
      root.put(.patientID, pseudonym)
    } else {
      root.putEmpty(.patientName, .patientID)
    }
    if !keepsUIDs { markAsDeidentified(root) }
  }

  private func markAsDeidentified(_ root: EditableItem) {
    root.put(.patientIdentityRemoved, "YES")
    root.put(.deidentificationMethod, "Basic Application Level Confidentiality Profile, medcnn")
    root.put(
      .deidentificationCodes,
      CodedConcept("113100", "DCM", "Basic Application Confidentiality Profile"))
    root.put(.temporalInformation, "REMOVED")
  }

  private mutating func process(_ item: EditableItem, _ words: IdentifyingWords) {
    for element in item.elements {
      let tag = DICOMTag(element.group, element.element)
      // Lengths of groups are computed anew.
      if tag.element == 0 { continue }
      // What is of unknown type may hold anything.
      let isUnknown = element.is_known == 0 || element.typeName == "UN"
      let isMasked = (0x5000...0x50ff).contains(tag.group) || (0x6000...0x60ff).contains(tag.group)
      if tag.group % 2 == 1 || isUnknown || isMasked {
        item.remove(tag)
        report.count(tag, tag.group % 2 == 1 ? .privateRemoved : .removed)
        continue
      }
      process(tag, element, of: item, words)
    }
  }

  private mutating func process(
    _ tag: DICOMTag, _ element: ds_element, of item: EditableItem, _ words: IdentifyingWords
  ) {
    let type = element.typeName
    switch ConfidentialityProfile.action(tag) {
    case .removed:
      item.remove(tag)
      report.count(tag, .removed)
    case .emptied:
      item.put(tag, "", type: type)
      report.count(tag, .emptied)
    case .replaced where element.is_sequence == 0 && type != "UI":
      item.putDummy(tag, type: type)
      report.count(tag, .replaced)
    case .replaced where tag == .personCode:
      item.put(tag, CodedConcept("REMOVED", "99MEDCNN", "Removed"))
      report.count(tag, .replaced)
    default:
      if element.is_sequence != 0 {
        for part in item.items(tag) { process(part, words) }
      } else if type == "UI" {
        replaceUIDs(tag, of: item)
      } else if DummyValue.isText(type), let text = item.reading.text(tag), words.occur(in: text) {
        item.putDummy(tag, type: type)
        report.count(tag, .replaced)
      }
    }
  }

  private mutating func replaceUIDs(_ tag: DICOMTag, of item: EditableItem) {
    guard !keepsUIDs, let text = item.reading.text(tag) else { return }
    let uids = text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
    // Those that the standard registered name classes and encodings.
    let replaced = uids.map { uid in
      uid.isEmpty || uid.hasPrefix("1.2.840.10008.") ? uid : keyedHash.uid(uid)
    }
    guard replaced != uids else { return }
    item.put(tag, replaced.joined(separator: "\\"))
    report.count(tag, .uidReplaced)
  }
}

extension DICOMTag {
  /// Person Identification Code Sequence: its codes are persons.
  fileprivate static let personCode = DICOMTag(0x0040, 0x1101)
}

extension ds_element {
  var typeName: String {
    withUnsafeBytes(of: type) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// Words of an object that must not be found in what is made of it.
private struct IdentifyingWords {
  /// What tells patients apart; never written.
  let patient: String
  private let words: [String]

  init(_ root: DICOMItem) {
    let tags: [DICOMTag] = [
      .patientName, .patientID, .otherPatientIDs, .accessionNumber, .referringPhysician, .operators,
      .patientBirthDate,
    ]
    patient = [DICOMTag.issuerOfPatientID, .patientID, .patientName, .patientBirthDate].map {
      root.text($0) ?? ""
    }.joined(separator: "\n")
    // Shorter ones are found in anything.
    words = tags.compactMap { root.text($0) }.flatMap { text in
      text.lowercased().split { "\\^= ".contains($0) }.map(String.init)
    }.filter { $0.count >= 4 }
  }

  func occur(in text: String) -> Bool {
    let text = text.lowercased()
    return words.contains { text.contains($0) }
  }
}

/// Values that say nothing.
enum DummyValue {
  /// Whether people write texts of their own in values of this type, unlike in code strings.
  static func isText(_ type: String) -> Bool {
    ["LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE", "UR"].contains(type)
  }

  static func text(_ type: String) -> String {
    switch type {
    case "DA": "19000101"
    case "TM": "000000"
    case "DT": "19000101000000"
    case "AS": "000Y"
    case "UR": "urn:removed"
    case "DS", "IS", "US", "SS", "UL", "SL", "FL", "FD": "0"
    default: "REMOVED"
    }
  }
}

extension EditableItem {
  /// Puts a value that says nothing.
  fileprivate func putDummy(_ tag: DICOMTag, type: String) {
    if ["OB", "OW", "UN", "OD", "OF", "OL", "OV"].contains(type) {
      withUnsafeBytes(of: UInt16(0)) { put(tag, bytes: $0, type: type == "OW" ? "OW" : "OB") }
    } else {
      put(tag, DummyValue.text(type), type: type)
    }
  }
}

extension DICOMDocument {
  /// Removes all attributes that no standard describes, of which nobody knows what they hold.
  func removePrivateAttributes() { root.removePrivateAttributes() }
}

extension EditableItem {
  fileprivate func removePrivateAttributes() {
    for element in elements {
      let tag = DICOMTag(element.group, element.element)
      if tag.group % 2 == 1 {
        remove(tag)
      } else if element.is_sequence != 0 {
        for part in items(tag) { part.removePrivateAttributes() }
      }
    }
  }
}
