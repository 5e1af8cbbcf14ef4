import Foundation

/// Colours as DICOM recommends them for display: PCS values (PS3.3 C.10.7.1.1), in which L* from
/// 0...100 and a*, b* from -128...127 are 0...65535.
///
/// The standard's white is D50, but what reads and writes segmentations (DCMTK, dcmqi, 3D Slicer,
/// highdicom) takes D65, that of sRGB; with D50 they would show other colours.
enum CIELab {
  private static let white = [0.95047, 1, 1.08883]

  /// The PCS values of a colour in sRGB, 0 to 255.
  static func encoded(_ color: [UInt8]) -> [Int] {
    let linear = color.map { byte -> Double in
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    // IEC 61966-2-1.
    let rows: [[Double]] = [
      [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
      [0.0193339, 0.1191920, 0.9503041],
    ]
    let f = zip(rows, white).map { row, white -> Double in
      let value = zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 } / white
      return value > 216.0 / 24389 ? pow(value, 1 / 3.0) : (24389.0 / 27 * value + 16) / 116
    }
    let lab = [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
    let scaled = [lab[0] * 655.35, (lab[1] + 128) * 257, (lab[2] + 128) * 257]
    return scaled.map { Int(min(max($0, 0), 65535).rounded()) }
  }

  /// The colour in sRGB, 0 to 255, of PCS values; nil for other than three.
  static func decoded(_ values: [Double]) -> [UInt8]? {
    guard values.count == 3, values.allSatisfy({ 0...65535 ~= $0 }) else { return nil }
    let fy = (values[0] / 655.35 + 16) / 116
    let f = [fy + (values[1] / 257 - 128) / 500, fy, fy - (values[2] / 257 - 128) / 200]
    let xyz = zip(f, white).map { f, white in
      white * (f > 6.0 / 29 ? f * f * f : (116 * f - 16) * 27 / 24389)
    }
    let rows: [[Double]] = [
      [3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560],
      [0.0556434, -0.2040259, 1.0572252],
    ]
    return rows.map { row in
      let linear = min(1, max(0, zip(row, xyz).reduce(0) { $0 + $1.0 * $1.1 }))
      let value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
      return UInt8((value * 255).rounded())
    }
  }
}
