import TestSupport
import Foundation
import Parallel
import VolumeIO
import Volumes

@testable import Radiomics

/// The CT phantom as IBSI-2's second phase prepares it: configurations A leave its slices, B have voxels
/// of 1 mm; the region holds intensities from -1000 to 400.
struct FilteredPhantom {
  /// A statistic beside the reference value.
  struct Row {
    let tag: String
    let value: Double
    let reference: Double
    let tolerance: Double

    /// Whether the value, rounded as the reference value is to three digits, is within the tolerance.
    var passes: Bool {
      let digit = reference == 0 ? 1e-3 : pow(10, floor(log10(abs(reference))) - 2)
      return abs(value - reference) <= tolerance + 0.501 * digit
    }
  }

  private let isSliced: Bool
  private let image: Image
  private let mask: [Bool]
  private let box: VoxelBox

  init(isSliced: Bool) throws {
    self.isSliced = isSliced
    let folder = "\(SharedData.root ?? "")/ibsi1/ct_phantom/nifti"
    var scan = try ImageFile.read("\(folder)/image/phantom.nii.gz").volume
    var region = try ImageFile.read("\(folder)/mask/mask.nii.gz").volume
    if !isSliced {
      // The grid of the same centre whose size is rounded up.
      let spacing = scan.geometry.spacing
      let size = SIMD3<Int>((SIMD3<Double>(scan.geometry.size) * spacing - 1e-6).rounded(.up))
      var affine = scan.geometry.affine
      for axis in 0..<3 { affine[axis] /= spacing[axis] }
      affine.origin = .zero
      let centre = scan.geometry.world(at: SIMD3<Double>(scan.geometry.size &- 1) / 2)
      affine.origin = centre - affine.apply(SIMD3<Double>(size &- 1) / 2)
      let grid = try Geometry(size: size, affine: affine)
      scan = scan.resampled(to: grid, by: .cubic, outside: -1000, workers: .all)
      region = region.resampled(to: grid, by: .linear, workers: .all)
    }
    let rounded = scan.samples.map { Double($0).rounded() }
    image = Image(geometry: scan.geometry, intensities: rounded)
    mask = zip(region.samples, rounded).map { $0 >= 0.5 && -1000...400 ~= $1 }
    guard let box = try Mask(geometry: scan.geometry, voxels: mask).boundingBox else {
      throw RadiomicsError.emptyRegion(what: "the mask", remedy: "look at the phantom")
    }
    self.box = box
  }

  /// The statistics of a configuration beside the reference values.
  func rows(_ number: Int) throws -> [Row] {
    let filter = try FilterBenchmark.filter(number, isSliced: isSliced)
    let response = try (filter.map(ImageType.response) ?? .original).images(
      of: image, mask: mask, in: box, workers: .all)[0].image
    let inside = box.elements(of: mask, size: image.geometry.size)
    let features = FirstOrder.features(
      of: zip(response.intensities, inside).filter(\.1).map(\.0), levelCounts: [], voxelVolume: 1,
      convention: .ibsi, voxelArrayShift: 0)
    var found: [String: Double] = [:]
    for feature in features {
      let tag = FeatureCatalogue.definition(.firstOrder, feature.name)?.ibsiTag
      if let tag { found[tag] = feature.value }
    }
    let path = "\(SharedData.root ?? "")/ibsi2/reference/reference_values.csv"
    let table = try String(contentsOfFile: path, encoding: .utf8)
    return table.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: ";", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard fields.count == 5, fields[0] == "\(number).\(isSliced ? "A" : "B")",
        let reference = Double(fields[3]), let tolerance = Double(fields[4])
      else { return nil }
      return Row(
        tag: fields[2], value: found[fields[2]] ?? .nan, reference: reference,
        tolerance: tolerance)
    }
  }
}
