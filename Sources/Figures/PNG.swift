import CDeflate
import Foundation

/// Portable Network Graphics (W3C Recommendation, 2nd edition): 8-bit red, green and blue.
public enum PNG {
  /// The bytes of a PNG file.
  public static func encoded(_ raster: Raster) -> [UInt8] {
    var header: [UInt8] = []
    append(UInt32(raster.width), to: &header)
    append(UInt32(raster.height), to: &header)
    // Eight bits, true colour, deflate, adaptive filters, not interlaced.
    header += [8, 2, 0, 0, 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    append(chunk: "IHDR", header, to: &file)
    append(chunk: "IDAT", compressed(filtered(raster)), to: &file)
    append(chunk: "IEND", [], to: &file)
    return file
  }

  /// Writes a PNG file beside its place and renames it.
  ///
  /// - Throws: ``FiguresError/unwritable(path:reason:)``.
  public static func write(_ raster: Raster, to path: String) throws(FiguresError) {
    do {
      try Data(encoded(raster)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  /// Each row as differences from the row above and the pixel to the left: filter 4, Paeth.
  private static func filtered(_ raster: Raster) -> [UInt8] {
    let stride = 3 * raster.width
    var bytes: [UInt8] = []
    bytes.reserveCapacity((stride + 1) * raster.height)
    for row in 0..<raster.height {
      bytes.append(4)
      let start = row * stride
      for column in 0..<stride {
        let at = start + column
        let left = column >= 3 ? Int(raster.samples[at - 3]) : 0
        let above = row > 0 ? Int(raster.samples[at - stride]) : 0
        let corner = row > 0 && column >= 3 ? Int(raster.samples[at - stride - 3]) : 0
        let estimate = left + above - corner
        let toLeft = abs(estimate - left)
        let toAbove = abs(estimate - above)
        let toCorner = abs(estimate - corner)
        let nearest =
          toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner
        bytes.append(raster.samples[at] &- UInt8(nearest))
      }
    }
    return bytes
  }

  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(9) else {
      preconditionFailure("no memory for a compressor")
    }
    defer { libdeflate_free_compressor(compressor) }
    let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { result, count in
      count = libdeflate_zlib_compress(
        compressor, bytes, bytes.count, result.baseAddress, result.count)
    }
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in [24, 16, 8, 0] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private static func append(chunk type: String, _ content: [UInt8], to file: inout [UInt8]) {
    append(UInt32(content.count), to: &file)
    let checked = Array(type.utf8) + content
    file += checked
    append(libdeflate_crc32(0, checked, checked.count), to: &file)
  }
}
