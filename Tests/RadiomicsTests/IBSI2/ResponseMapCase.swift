import Foundation
import Parallel
import Radiomics
import Testing
import VolumeIO
import Volumes

/// A response map of the first phase of IBSI-2: a filter of a digital phantom.
struct ResponseMapCase: Sendable, CustomTestStringConvertible {
  /// The identifier, such as `3.a.2`.
  let id: String
  let phantom: String
  let filter: ResponseFilter
  var testDescription: String { id }

  /// The largest difference from the reference map in a box, as a part of the reference map's range.
  func deviation(in box: VoxelBox? = nil) throws -> Double {
    let root = "\(SharedData.root ?? "")/ibsi2"
    let image = Image(
      try ImageFile.read("\(root)/digital_phantoms/\(phantom)/image/\(phantom).nii.gz").volume)
    let name = id.replacing(".", with: "_")
    let reference = Image(
      try ImageFile.read("\(root)/reference/\(name)-ValidCRM.nii.gz").volume)
    let box = box ?? VoxelBox(image.geometry)
    let mask = [Bool](repeating: true, count: image.geometry.voxelCount)
    let map = try ImageType.response(filter).images(
      of: image, mask: mask, in: box, workers: .all)[0]
    let expected = try ImageType.original.images(
      of: reference, mask: mask, in: box, workers: .all)[0]
    let values = reference.intensities
    let range = (values.max() ?? 0) - (values.min() ?? 0)
    return zip(map.image.intensities, expected.image.intensities).reduce(0) {
      max($0, abs($1.0 - $1.1))
    } / range
  }

  static func all() throws -> [ResponseMapCase] {
    func laws(
      _ name: String, _ pooling: ResponseFilter.Pooling?, _ distance: Int?, _ boundary: Boundary,
      isSliced: Bool = false
    ) throws -> ResponseFilter {
      ResponseFilter(
        .laws(try LawsKernel.kernels(name), energyDistance: distance), boundary: boundary,
        isSliced: isSliced, pooling: pooling)
    }
    func wavelet(
      _ name: String, _ part: String, _ level: Int, _ boundary: Boundary,
      _ pooling: ResponseFilter.Pooling?
    ) throws -> ResponseFilter {
      ResponseFilter(
        .wavelet(try Wavelet(named: name), part: part, level: level), boundary: boundary,
        pooling: pooling)
    }
    func log(
      _ sigma: Double, _ boundary: Boundary, isSliced: Bool = false, riesz: SIMD3<Int>? = nil
    ) -> ResponseFilter {
      ResponseFilter(
        .laplacianOfGaussian(sigma: sigma, cutoff: 4), boundary: boundary, isSliced: isSliced,
        riesz: riesz)
    }
    func gabor(_ gabor: Gabor, _ boundary: Boundary) -> ResponseFilter {
      ResponseFilter(
        .gabor(gabor), boundary: boundary, pooling: gabor.thetaStep == nil ? nil : .mean)
    }
    let filters: [(String, String, ResponseFilter)] = [
      ("1.a.1", "checkerboard", ResponseFilter(.mean(support: 15), boundary: .zero)),
      ("1.a.2", "checkerboard", ResponseFilter(.mean(support: 15), boundary: .nearest)),
      ("1.a.3", "checkerboard", ResponseFilter(.mean(support: 15), boundary: .periodic)),
      ("1.a.4", "checkerboard", ResponseFilter(.mean(support: 15), boundary: .mirror)),
      ("1.b.1", "impulse", ResponseFilter(.mean(support: 15), boundary: .zero, isSliced: true)),
      ("2.a", "impulse", log(3, .zero)),
      ("2.b", "checkerboard", log(5, .mirror)),
      ("2.c", "checkerboard", log(5, .mirror, isSliced: true)),
      ("3.a.1", "impulse", try laws("E5L5S5", nil, nil, .zero)),
      ("3.a.2", "impulse", try laws("E5L5S5", .max, nil, .zero)),
      ("3.a.3", "impulse", try laws("E5L5S5", .max, 7, .zero)),
      ("3.b.1", "checkerboard", try laws("E3W5R5", nil, nil, .mirror)),
      ("3.b.2", "checkerboard", try laws("E3W5R5", .max, nil, .mirror)),
      ("3.b.3", "checkerboard", try laws("E3W5R5", .max, 7, .mirror)),
      ("3.c.1", "checkerboard", try laws("L5S5", nil, nil, .mirror, isSliced: true)),
      ("3.c.2", "checkerboard", try laws("L5S5", .max, nil, .mirror, isSliced: true)),
      ("3.c.3", "checkerboard", try laws("L5S5", .max, 7, .mirror, isSliced: true)),
      ("4.a.1", "impulse", gabor(Gabor(sigma: 10, wavelength: 4, gamma: 0.5, theta: 60), .zero)),
      (
        "4.a.2", "impulse",
        gabor(Gabor(sigma: 10, wavelength: 4, gamma: 0.5, thetaStep: 45), .zero)
      ),
      ("4.b.1", "sphere", gabor(Gabor(sigma: 20, wavelength: 8, gamma: 2.5, theta: 225), .mirror)),
      (
        "4.b.2", "sphere",
        gabor(Gabor(sigma: 20, wavelength: 8, gamma: 2.5, thetaStep: 22.5), .mirror)
      ),
      ("5.a.1", "impulse", try wavelet("db2", "LHL", 1, .zero, nil)),
      ("5.a.2", "impulse", try wavelet("db2", "LHL", 1, .zero, .mean)),
      ("6.a.1", "sphere", try wavelet("coif1", "HHL", 1, .periodic, nil)),
      ("6.a.2", "sphere", try wavelet("coif1", "HHL", 1, .periodic, .mean)),
      ("7.a.1", "checkerboard", try wavelet("haar", "LLL", 2, .mirror, .mean)),
      ("7.a.2", "checkerboard", try wavelet("haar", "HHH", 2, .mirror, .mean)),
      ("8.a.1", "checkerboard", ResponseFilter(.simoncelli(level: 1), boundary: .periodic)),
      ("8.a.2", "checkerboard", ResponseFilter(.simoncelli(level: 2), boundary: .periodic)),
      ("8.a.3", "checkerboard", ResponseFilter(.simoncelli(level: 3), boundary: .periodic)),
      ("9.a", "impulse", log(3, .zero, riesz: [1, 0, 0])),
      ("9.b.1", "sphere", log(3, .zero, riesz: [0, 2, 0])),
      (
        "10.b.1", "pattern_1",
        ResponseFilter(.simoncelli(level: 1), boundary: .nearest, riesz: [0, 2, 0])
      ),
    ]
    return filters.map { ResponseMapCase(id: $0.0, phantom: $0.1, filter: $0.2) }
  }
}
