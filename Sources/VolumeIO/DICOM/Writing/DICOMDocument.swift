import DICOMShim
import Foundation
import Volumes

/// A DICOM object that is being made or changed.
///
/// What cannot be put into it is reported when it is written, so that the parts of an object can be
/// stated without an error path each.
final class DICOMDocument {
  private let handle: OpaquePointer
  /// The file that is changed, or nil for a new object.
  fileprivate let file: DICOMFile?
  /// What first went wrong.
  fileprivate var failure: String?

  /// Makes an object without attributes, for texts in UTF-8.
  init() throws(VolumeIOError) {
    var failure = ds_error()
    guard let handle = ds_create(&failure) else {
      throw .unwritable(path: "DICOM", reason: DICOMFile.reason(failure))
    }
    self.handle = handle
    file = nil
    root.put(.characterSet, "ISO_IR 192")
  }

  /// Changes a file in memory; nothing is written to its place.
  init(changing file: DICOMFile) {
    self.file = file
    handle = file.handle
  }

  deinit {
    if file == nil { ds_close(handle) }
  }

  /// The data set.
  var root: EditableItem { EditableItem(document: self, pointer: ds_edit_root(handle)) }

  /// The data set as a reader sees it, of a file that is changed.
  var reading: DICOMItem { root.reading }

  /// Turns all texts to UTF-8.
  func convertToUTF8() throws(VolumeIOError) {
    var failure = ds_error()
    guard ds_to_utf8(handle, &failure) == 0 else {
      throw .unsupported(
        path: file?.path ?? "DICOM",
        found: "texts that cannot be converted to UTF-8 (\(DICOMFile.reason(failure)))",
        remedy: "correct its Specific Character Set (0008,0005), or leave out --keep-identifiers")
    }
  }

  /// Writes the object as a file that appears whole or not at all.
  ///
  /// - Parameter syntax: the transfer syntax; nil for that which the file was read in.
  func write(to path: String, syntax: String? = nil) throws(VolumeIOError) {
    if let failure { throw .unwritable(path: path, reason: failure) }
    try AtomicFile.write(to: path) { temporary in
      var failure = ds_error()
      return ds_save(handle, temporary, syntax, &failure) == 0 ? nil : DICOMFile.reason(failure)
    }
  }

  static let explicitLittleEndian = "1.2.840.10008.1.2.1"
}

/// A data set or an item of a sequence that is being made or changed.
struct EditableItem {
  private let document: DICOMDocument
  private let pointer: OpaquePointer?

  fileprivate init(document: DICOMDocument, pointer: OpaquePointer?) {
    self.document = document
    self.pointer = pointer
  }

  /// The item as a reader sees it, of a file that is changed.
  var reading: DICOMItem {
    guard let file = document.file else { preconditionFailure("a new object is not read") }
    return DICOMItem(file: file, pointer: pointer)
  }

  private func check(_ tag: DICOMTag, _ status: Int32, _ failure: ds_error) {
    guard status != 0, document.failure == nil else { return }
    document.failure = "attribute \(tag) cannot be made: \(DICOMFile.reason(failure))"
  }

  /// Puts text in the place of what is there; values are separated by backslashes.
  ///
  /// - Parameter type: the value representation; nil for that of the dictionary.
  func put(_ tag: DICOMTag, _ text: String, type: String? = nil) {
    var failure = ds_error()
    check(tag, ds_put_text(pointer, tag.group, tag.element, type, text, &failure), failure)
  }

  /// Puts one text of at most 64 characters (LO), whatever is in it.
  func put(_ tag: DICOMTag, name: String) {
    // A backslash would part it, and control characters may not be in it.
    let text = name.map { $0 == "\\" || $0.isNewline || $0 == "\t" || $0 == "\0" ? " " : $0 }
    put(tag, String(text.prefix(64)))
  }

  /// Puts whole numbers.
  func put(_ tag: DICOMTag, _ integers: Int..., type: String? = nil) {
    put(tag, integers.map(String.init).joined(separator: "\\"), type: type)
  }

  /// Puts numbers of type DS.
  func put(_ tag: DICOMTag, _ numbers: [Double]) {
    put(tag, numbers.map(EditableItem.decimal).joined(separator: "\\"))
  }

  /// Puts a vector of type DS.
  func put(_ tag: DICOMTag, _ vector: SIMD3<Double>) { put(tag, [vector.x, vector.y, vector.z]) }

  /// Puts the tag of an attribute.
  func put(_ tag: DICOMTag, pointer target: DICOMTag) { put(tag, target.description) }

  /// Puts bytes, or words in the byte order of the machine.
  func put(_ tag: DICOMTag, bytes: UnsafeRawBufferPointer, type: String) {
    var failure = ds_error()
    let start = bytes.bindMemory(to: UInt8.self)
    check(
      tag,
      ds_put_bytes(
        pointer, tag.group, tag.element, type, start.baseAddress, start.count, &failure), failure)
  }

  /// Makes a sequence of one item with a code.
  func put(_ tag: DICOMTag, _ concept: CodedConcept) {
    remove(tag)
    add(tag) { item in
      item.put(.codeValue, concept.value)
      item.put(.codingScheme, concept.scheme)
      item.put(.codeMeaning, name: concept.meaning)
    }
  }

  /// Adds an item at the end of a sequence.
  func add(_ tag: DICOMTag, _ fill: (EditableItem) -> Void) {
    var failure = ds_error()
    let item = ds_add_item(pointer, tag.group, tag.element, &failure)
    check(tag, item == nil ? -1 : 0, failure)
    if let item { fill(EditableItem(document: document, pointer: item)) }
  }

  /// Makes an attribute without a value, or a sequence without items.
  func putEmpty(_ tags: DICOMTag...) {
    for tag in tags { put(tag, "") }
  }

  /// Copies attributes that are there.
  ///
  /// - Parameter isRequired: whether those that are not there are made without a value (type 2).
  func copy(_ tags: [DICOMTag], from source: DICOMItem, isRequired: Bool = false) {
    for tag in tags {
      if source.has(tag) {
        var failure = ds_error()
        check(
          tag, ds_copy(source.pointer, pointer, tag.group, tag.element, &failure), failure)
      } else if isRequired {
        putEmpty(tag)
      }
    }
  }

  func remove(_ tag: DICOMTag) { ds_remove(pointer, tag.group, tag.element) }

  /// The attributes, ascending.
  var elements: [ds_element] {
    let count = ds_elements(pointer, nil, 0)
    return [ds_element](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = min(count, ds_elements(pointer, buffer.baseAddress, count))
    }
  }

  /// The items of a sequence.
  func items(_ tag: DICOMTag) -> [EditableItem] {
    (0..<ds_item_count(pointer, tag.group, tag.element)).map { index in
      EditableItem(
        document: document, pointer: ds_edit_item(pointer, tag.group, tag.element, index))
    }
  }

  /// A number in at most the 16 characters of a decimal string, as exactly as they can tell it.
  static func decimal(_ number: Double) -> String {
    guard number != 0 else { return "0" }
    let shortest = "\(number)"
    let text = shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    if text.utf8.count <= 16 { return text }
    for digits in stride(from: 16, to: 8, by: -1) {
      let text = String(format: "%.\(digits)g", number)
      if text.utf8.count <= 16 { return text }
    }
    return String(format: "%.8g", number)
  }
}
