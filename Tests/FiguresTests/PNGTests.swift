import CDeflate
import Figures
import Foundation
import Testing

@Suite struct PNGTests {
  static func pattern() -> Raster {
    var raster = Raster(width: 37, height: 23, color: Color(10, 20, 30))
    for y in 0..<raster.height {
      for x in 0..<raster.width where (x * 7 + y * 13) % 5 < 3 {
        raster[x, y] = Color(
          UInt8(x * 5), UInt8(y * 11), UInt8(truncatingIfNeeded: x &* y &* 37))
      }
    }
    return raster
  }

  @Test func decodesToTheSamePixels() throws {
    let raster = Self.pattern()
    #expect(try DecodedPNG(PNG.encoded(raster)) == DecodedPNG(raster))
  }

  @Test func endsAsTheStandardSays() {
    let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
    #expect(Array(PNG.encoded(Self.pattern()).suffix(12)) == end)
  }

  @Test func folderThatIsNotThereIsAnError() {
    #expect(throws: FiguresError.self) {
      try PNG.write(Self.pattern(), to: "/nowhere/at/all/picture.png")
    }
  }
}

/// What a PNG file holds, by a decoder that shares nothing with the encoder.
struct DecodedPNG: Equatable {
  struct Damaged: Error {}

  var width: Int
  var height: Int
  var samples: [UInt8]

  init(_ raster: Raster) {
    width = raster.width
    height = raster.height
    samples = raster.samples
  }

  init(_ file: [UInt8]) throws {
    guard file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw Damaged()
    }
    func number(_ at: Int) -> Int { file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    var at = 8
    var compressed: [UInt8] = []
    width = 0
    height = 0
    while at < file.count {
      let length = number(at)
      let type = String(decoding: file[at + 4..<at + 8], as: UTF8.self)
      let checked = Array(file[at + 4..<at + 8 + length])
      guard Int(crc32(0, checked, UInt32(checked.count))) == number(at + 8 + length) else {
        throw Damaged()
      }
      if type == "IHDR" {
        width = number(at + 8)
        height = number(at + 12)
      } else if type == "IDAT" {
        compressed += checked.dropFirst(4)
      }
      at += length + 12
    }
    let stride = 3 * width
    var filtered = [UInt8](repeating: 0, count: (stride + 1) * height)
    var count = UInt(filtered.count)
    guard uncompress(&filtered, &count, compressed, UInt(compressed.count)) == Z_OK else {
      throw Damaged()
    }
    samples = [UInt8](repeating: 0, count: stride * height)
    for row in 0..<height {
      guard filtered[row * (stride + 1)] == 4 else { throw Damaged() }
      for column in 0..<stride {
        let a = column >= 3 ? Int(samples[row * stride + column - 3]) : 0
        let b = row > 0 ? Int(samples[(row - 1) * stride + column]) : 0
        let c = row > 0 && column >= 3 ? Int(samples[(row - 1) * stride + column - 3]) : 0
        let nearest = [a, b, c].enumerated().min {
          (abs(a + b - c - $0.element), $0.offset) < (abs(a + b - c - $1.element), $1.offset)
        }!
        samples[row * stride + column] =
          filtered[row * (stride + 1) + 1 + column] &+ UInt8(nearest.element)
      }
    }
  }
}
