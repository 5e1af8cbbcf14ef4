import Foundation
import Testing
import VolumeIO
import Volumes

/// Values that another program read from a file; made by the scripts in Tests/Oracles.
struct ReadValues: Decodable {
  let shape: [Int]
  let affine: [Double]
  let sum: Double
  let indices: [Int]
  let values: [Double]
  // What the table of NIfTI files holds besides.
  let type: String?
  let sform: Int?
  let qform: Int?
  let min: Double?
  let max: Double?
  let extensions: [Int]?

  /// A table of files by their names.
  struct Table: Decodable {
    /// Files in the resources.
    let made: [String: ReadValues]
    /// Shared scans.
    let shared: [String: ReadValues]

    init(_ name: String) {
      do {
        let data = try Data(contentsOf: URL(filePath: "\(Resources.root)/\(name)"))
        self = try JSONDecoder().decode(Table.self, from: data)
      } catch {
        fatalError("\(name): \(error)")
      }
    }
  }

  /// Checks that the same is read here.
  func compare(_ file: ImageFile) {
    let volume = file.volume
    let size = volume.geometry.size
    #expect([size.x, size.y, size.z, volume.channels] == shape)
    let grid = volume.geometry.affine
    for row in 0..<3 {
      let found = [grid.i[row], grid.j[row], grid.k[row], grid.origin[row]]
      for column in 0..<4 {
        let difference = abs(found[column] - affine[row * 4 + column])
        #expect(difference <= 1e-6, "affine row \(row) column \(column): \(difference)")
      }
    }
    for (index, value) in zip(indices, values) {
      #expect(volume.samples[index] == Float(value))
    }
    // Sums of large images take long in a debug build.
    guard volume.samples.count < 1 << 20 else { return }
    if let min, let max {
      #expect(volume.samples.min() == Float(min))
      #expect(volume.samples.max() == Float(max))
    }
    let total = volume.samples.reduce(0.0) { $0 + Double($1) }
    let scale = volume.samples.reduce(0.0) { $0 + abs(Double($1)) }
    #expect(abs(total - sum) <= 1e-7 * scale)
  }
}
