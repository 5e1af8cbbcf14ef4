import Foundation

extension SafeTensors.ElementType {
  /// The bytes of so many numbers; nil where that is no number of bytes.
  func byteCount(_ count: Int) -> Int? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : bytes
  }

  /// The numbers that little-endian bytes hold.
  func floats(_ bytes: ArraySlice<UInt8>) -> [Float] { bytes.withUnsafeBytes { floats($0) } }
}

/// The number of elements of a shape; nil where an extent is negative or the product too large.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for extent in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    if extent < 0 || overflow { return nil }
    count = product
  }
  return count
}

/// All bytes of a file.
func fileBytes(_ path: String) throws(ConvNetError) -> [UInt8] {
  var isDirectory: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
    throw .unreadable(path: path, reason: "there is no such file")
  }
  guard !isDirectory.boolValue else { throw .unreadable(path: path, reason: "it is a folder") }
  do {
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw .unreadable(path: path, reason: "the file system refused it")
  }
}
