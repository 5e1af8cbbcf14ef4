import Parallel
import Volumes

/// Convolutions with complex kernels in a plane, by Fourier transforms.
struct PlanarConvolution: Sendable {
  /// The voxel axes of the plane: the kernel's columns and rows run along them.
  let axes: (column: Int, row: Int)
  /// How far the kernel reaches along both, in voxels.
  let reach: Int

  /// Slices that are transformed together, for memory's sake.
  private static let slab = 16

  /// The modulus of the response in a box for each direction.
  ///
  /// - Parameter kernel: the weight at a place, in voxels from the kernel's middle, for a direction.
  func moduli(
    directions: [Double], in space: FilterSpace, box: VoxelBox,
    kernel: (_ column: Int, _ row: Int, _ direction: Double) -> (real: Double, imaginary: Double)
  ) -> [[Double]] {
    let normal = 3 - axes.column - axes.row
    let plane = [axes.column, axes.row]
    // The image as far as the kernel reaches, and room so that what wraps round falls beyond the box.
    var around = SIMD3<Int>.zero
    for axis in plane { around[axis] = reach }
    let extent = box.padded(by: around).size
    var length = extent
    for axis in plane { length[axis] = FourierTransform.friendlyLength(from: extent[axis]) }

    var kernelSize = length
    kernelSize[normal] = 1
    let spectra = directions.map { direction in
      let count = kernelSize.x * kernelSize.y * kernelSize.z
      var real = [Double](repeating: 0, count: count)
      var imaginary = real
      for row in -reach...reach {
        for column in -reach...reach {
          var place = SIMD3<Int>.zero
          place[axes.column] = column < 0 ? column + length[axes.column] : column
          place[axes.row] = row < 0 ? row + length[axes.row] : row
          let offset = (place.z * kernelSize.y + place.y) * kernelSize.x + place.x
          (real[offset], imaginary[offset]) = kernel(column, row, direction)
        }
      }
      var spectrum = Spectrum(real, size: kernelSize)
      spectrum.imaginary = imaginary
      spectrum.transform(along: plane, isInverse: false, workers: space.workers)
      return spectrum
    }

    let size = box.size
    var maps = directions.map { _ in [Double](repeating: 0, count: size.x * size.y * size.z) }
    for first in stride(from: box.low[normal], to: box.high[normal], by: Self.slab) {
      var (low, high) = (box.low, box.high)
      low[normal] = first
      high[normal] = min(first + Self.slab, box.high[normal])
      var part = VoxelBox(low: low, high: high)!
      let (wanted, start) = (part, part.low &- around)
      part = VoxelBox(low: start, high: start &+ length.replacing(with: wanted.size, at: normal))!
      // Beyond the kernel's reach the values do not matter.
      let image = space.extended(space.whole, to: part)
      var spectrum = Spectrum(image.voxels, size: part.size)
      spectrum.transform(along: plane, isInverse: false, workers: space.workers)
      for (index, filter) in spectra.enumerated() {
        var response = spectrum
        response.multiply(by: filter, repeatedAlong: normal, workers: space.workers)
        response.transform(along: plane, isInverse: true, workers: space.workers)
        let partSize = part.size
        for z in 0..<wanted.size.z {
          for y in 0..<wanted.size.y {
            let source =
              ((z + around.z) * partSize.y + y + around.y) * partSize.x + around.x
            let target =
              ((z + wanted.low.z - box.low.z) * size.y + y + wanted.low.y - box.low.y) * size.x
              + wanted.low.x - box.low.x
            for x in 0..<wanted.size.x {
              let (a, b) = (response.real[source + x], response.imaginary[source + x])
              maps[index][target + x] = (a * a + b * b).squareRoot()
            }
          }
        }
      }
    }
    return maps
  }
}

extension Spectrum {
  /// Multiplies by a spectrum of one place along an axis, which stands for all places.
  mutating func multiply(by filter: Spectrum, repeatedAlong axis: Int, workers: Workers) {
    let (size, filterSize) = (size, filter.size)
    real.withUnsafeMutableBufferPointer { real in
      imaginary.withUnsafeMutableBufferPointer { imaginary in
        nonisolated(unsafe) let real = real
        nonisolated(unsafe) let imaginary = imaginary
        workers.forEach(size.z) { z, _ in
          for y in 0..<size.y {
            let row = (z * size.y + y) * size.x
            let other =
              ((axis == 2 ? 0 : z) * filterSize.y + (axis == 1 ? 0 : y)) * filterSize.x
            for x in 0..<size.x {
              let (a, b) = (real[row + x], imaginary[row + x])
              let place = axis == 0 ? other : other + x
              let (c, d) = (filter.real[place], filter.imaginary[place])
              real[row + x] = a * c - b * d
              imaginary[row + x] = a * d + b * c
            }
          }
        }
      }
    }
  }
}

extension SIMD3<Int> {
  /// The same with another number along one axis: that of the other vector.
  func replacing(with other: SIMD3<Int>, at axis: Int) -> SIMD3<Int> {
    var result = self
    result[axis] = other[axis]
    return result
  }
}
