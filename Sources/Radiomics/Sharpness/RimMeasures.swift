import Foundation
import Volumes

/// Sharpness without fits: from gradients and differences of intensity around the edge.
struct RimMeasures {
  static let names = [
    "Acutance", "MarginGradientMean", "MarginGradientVariance", "RimDifferenceMean",
    "RimDifferenceStandardDeviation", "RadialGradientIndex",
  ]

  private let image: Image
  private let mask: Mask
  /// At each voxel, in intensities per mm.
  private let gradient: [SIMD3<Double>]
  /// The voxels of the lesion at its edge, with the direction to the outside.
  private let boundary: [(index: Int, direction: SIMD3<Double>)]

  init(_ image: Image, membership: [Double]) {
    self.image = image
    var mask = Mask(geometry: image.geometry)
    for index in membership.indices where membership[index] >= 0.5 { mask.voxels[index] = true }
    self.mask = mask
    gradient = image.gradients()
    boundary = mask.boundaryDirections()
  }

  /// In the order of ``names``.
  var features: [Feature] { [acutance] + marginGradients + differences + [radialGradientIndex] }

  /// Gilhuijs, Giger and Bick (Medical Physics 1998): the mean and the variance of the gradient's
  /// magnitude on the band from one voxel outside to two voxels inside, relative to the mean intensity
  /// there.
  private var marginGradients: [Feature] {
    let outer = mask.dilated(.faces)
    let inner = mask.eroded(.faces, iterations: 2)
    let band = mask.voxels.indices.filter { outer.voxels[$0] && !inner.voxels[$0] }
    let count = Double(band.count)
    let mean = band.reduce(0) { $0 + image.intensities[$1] } / count
    guard mean != 0, mean.isFinite else {
      return ["MarginGradientMean", "MarginGradientVariance"].map {
        Feature($0, undefined: "the mean intensity of the band around the edge is 0")
      }
    }
    let steepness = band.map { length(gradient[$0]) }
    let average = steepness.reduce(0, +) / count
    let variance = steepness.reduce(0) { $0 + ($1 - average) * ($1 - average) } / count
    return [
      Feature("MarginGradientMean", average / mean),
      Feature("MarginGradientVariance", variance / (mean * mean)),
    ]
  }

  /// Levman and Martel (Academic Radiology 2011): over the voxels of the inner rim, the mean difference
  /// to the neighbours outside, and its standard deviation.
  private var differences: [Feature] {
    let names = ["RimDifferenceMean", "RimDifferenceStandardDeviation"]
    let size = image.geometry.size
    var values: [Double] = []
    for index in mask.voxels.indices where mask.voxels[index] {
      let place = size.place(of: index)
      var (sum, count) = (0.0, 0.0)
      for axis in 0..<3 {
        for step in [-1, 1] {
          var other = place
          other[axis] += step
          guard 0..<size[axis] ~= other[axis] else { continue }
          let neighbour = image.geometry.offset(other.x, other.y, other.z)
          if !mask.voxels[neighbour] {
            sum += image.intensities[index] - image.intensities[neighbour]
            count += 1
          }
        }
      }
      if count > 0 { values.append(sum / count) }
    }
    guard !values.isEmpty else {
      return names.map { Feature($0, undefined: "no voxel of the lesion has a neighbour outside") }
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance =
      values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return [Feature(names[0], mean), Feature(names[1], variance.squareRoot())]
  }

  /// Rangayyan et al. (IEEE Transactions on Medical Imaging 1997): at each boundary voxel the root mean
  /// square of the differences per distance across the edge, d = sqrt(1/N sum ((f_in - f_out) / 2i)²)
  /// with i = 1...N steps of a voxel along the gradient of the lesion; their mean relative to the largest.
  private var acutance: Feature {
    let steps = 4
    let size = image.geometry.size
    var values: [Double] = []
    for (index, direction) in boundary {
      let place = SIMD3<Double>(size.place(of: index))
      var (sum, count) = (0.0, 0.0)
      for i in 1...steps {
        guard let inside = image.nearest(place - Double(i) * direction),
          let outside = image.nearest(place + Double(i) * direction)
        else { break }
        let difference = (inside - outside) / (2 * Double(i))
        sum += difference * difference
        count += 1
      }
      if count > 0 { values.append((sum / count).squareRoot()) }
    }
    guard let largest = values.max(), largest > 0 else {
      return Feature("Acutance", undefined: "the intensity does not change across the edge")
    }
    return Feature("Acutance", values.reduce(0, +) / Double(values.count) / largest)
  }

  /// Kupinski and Giger (IEEE Transactions on Medical Imaging 1998): the sum of the gradients' radial
  /// components over the boundary, relative to the sum of their magnitudes; 1 for a bright ball with
  /// its gradients inwards, -1 for a dark one, as radii point outwards from the centroid.
  private var radialGradientIndex: Feature {
    let spacing = image.geometry.spacing
    let size = image.geometry.size
    func place(_ index: Int) -> SIMD3<Double> { SIMD3<Double>(size.place(of: index)) * spacing }
    let inside = mask.voxels.indices.filter { mask.voxels[$0] }
    let centre = inside.reduce(SIMD3<Double>.zero) { $0 + place($1) } / Double(inside.count)
    var (radial, total) = (0.0, 0.0)
    for (index, _) in boundary {
      let radius = place(index) - centre
      let distance = length(radius)
      guard distance > 0 else { continue }
      radial -= dot(gradient[index], radius) / distance
      total += length(gradient[index])
    }
    return total > 0
      ? Feature("RadialGradientIndex", radial / total)
      : Feature("RadialGradientIndex", undefined: "the intensity does not change at the edge")
  }
}

extension Image {
  /// The gradient at each voxel by central differences, in intensities per mm along the grid's axes.
  fileprivate func gradients() -> [SIMD3<Double>] {
    let size = geometry.size
    let strides = SIMD3(1, size.x, size.x * size.y)
    let spacing = geometry.spacing
    return intensities.indices.map { index in
      var result = SIMD3<Double>.zero
      for axis in 0..<3 {
        let place = index / strides[axis] % size[axis]
        let low = place > 0 ? index - strides[axis] : index
        let high = place < size[axis] - 1 ? index + strides[axis] : index
        guard high > low else { continue }
        let distance = Double((high - low) / strides[axis]) * spacing[axis]
        result[axis] = (intensities[high] - intensities[low]) / distance
      }
      return result
    }
  }

  /// The intensity of the voxel nearest to a place among the voxels; nil outside of the image.
  fileprivate func nearest(_ place: SIMD3<Double>) -> Double? {
    let rounded = place.rounded(.toNearestOrEven)
    for axis in 0..<3 where !(rounded[axis] >= 0 && rounded[axis] < Double(geometry.size[axis])) {
      return nil
    }
    return intensities[geometry.offset(Int(rounded.x), Int(rounded.y), Int(rounded.z))]
  }
}

extension Mask {
  /// The voxels of the mask that have a neighbour outside through a face, each with the direction to the
  /// outside in voxels: the mean of those to all its neighbours outside, through corners too.
  fileprivate func boundaryDirections() -> [(index: Int, direction: SIMD3<Double>)] {
    let size = geometry.size
    var result: [(index: Int, direction: SIMD3<Double>)] = []
    for index in voxels.indices where voxels[index] {
      let place = size.place(of: index)
      var (touches, direction) = (false, SIMD3<Double>.zero)
      for z in -1...1 {
        for y in -1...1 {
          for x in -1...1 where (x, y, z) != (0, 0, 0) {
            let other = place &+ SIMD3(x, y, z)
            let isIn = (0..<3).allSatisfy { 0..<size[$0] ~= other[$0] }
            if isIn, voxels[geometry.offset(other.x, other.y, other.z)] { continue }
            let way = SIMD3(Double(x), Double(y), Double(z))
            if abs(x) + abs(y) + abs(z) == 1 { touches = true }
            direction += way / length(way)
          }
        }
      }
      let strength = length(direction)
      if touches, strength > 1e-9 { result.append((index, direction / strength)) }
    }
    return result
  }
}

extension SIMD3<Int> {
  /// The voxel at a position in memory of a grid of this size.
  fileprivate func place(of index: Int) -> SIMD3<Int> {
    SIMD3(index % x, index / x % y, index / (x * y))
  }
}
