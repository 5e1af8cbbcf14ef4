import DICOMShim

/// What was taken out of DICOM objects, by attribute and without any value.
public struct DeidentificationReport: Sendable, Hashable {
  /// What was done to an attribute.
  public enum Action: String, Sendable, Hashable, CaseIterable, Encodable {
    /// Removed with all that was in it.
    case removed
    /// Removed, as all private attributes are.
    case privateRemoved = "private, removed"
    /// Left without a value.
    case emptied
    /// Given a value that says nothing.
    case replaced
    /// Given another unique identifier.
    case uidReplaced = "new UID"
  }

  /// An attribute and what was done to it.
  public struct Row: Sendable, Hashable, Encodable {
    /// The tag, such as "(0010,0010)".
    public let tag: String
    /// The standard's keyword, such as "PatientName"; empty for private attributes.
    public let name: String
    /// What was done.
    public let action: Action
    /// How often, in all files.
    public let count: Int
  }

  private struct Key: Hashable {
    let tag: DICOMTag
    let action: Action
  }

  private var counts: [Key: Int] = [:]
  /// The number of files that were written.
  public internal(set) var files = 0
  /// The number of files that were left out: no DICOM, or directories.
  public internal(set) var leftOut = 0
  /// What a person should look at, and in how many files.
  public private(set) var warnings: [String: Int] = [:]

  init() {}

  mutating func count(_ tag: DICOMTag, _ action: Action) {
    // The numbers of private blocks tell nothing.
    let key = action == .privateRemoved ? DICOMTag(tag.group, 0) : tag
    counts[Key(tag: key, action: action), default: 0] += 1
  }

  mutating func add(warning: String) { warnings[warning, default: 0] += 1 }

  /// One for each attribute and action, in the order of the tags; private groups as one each.
  public var rows: [Row] {
    let keys = counts.keys.sorted {
      ($0.tag.group, $0.tag.element, $0.action.rawValue)
        < ($1.tag.group, $1.tag.element, $1.action.rawValue)
    }
    return keys.map { key in
      Row(
        tag: key.action == .privateRemoved
          ? key.tag.description.replacing("0000)", with: "xxxx)") : key.tag.description,
        name: key.action == .privateRemoved ? "" : key.tag.keyword, action: key.action,
        count: counts[key]!)
    }
  }
}

extension DICOMTag {
  /// The standard's keyword.
  var keyword: String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 128) { buffer, filled in
      let length = buffer.withMemoryRebound(to: CChar.self) {
        ds_name(group, element, $0.baseAddress, 128)
      }
      filled = min(length, 127)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Text that may be in the pixels themselves, which no change of attributes takes out.
enum BurnedInText {
  /// Kinds of image into which devices write texts.
  private static let modalities: Set = ["US", "XA", "RF", "SC", "OT", "ES", "XC", "GM", "DOC"]

  static func warning(_ root: DICOMItem) -> String? {
    guard root.has(.rows) else { return nil }
    let statement = root.text(.burnedIn)
    if statement == "YES" { return "the pixels contain text that may identify the patient" }
    let isCapture = root.text(.objectClass)?.hasPrefix("1.2.840.10008.5.1.4.1.1.7") == true
    if statement != "NO", isCapture || modalities.contains(root.text(.modality) ?? "") {
      return "the pixels may contain text that identifies the patient"
    }
    return nil
  }
}
