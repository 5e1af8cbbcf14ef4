import Parallel
import Volumes

/// PyRadiomics' wavelet images: the undecimated (stationary) transform of PyWavelets, level by level.
///
/// Along each axis the image is filtered with the wavelet's low-pass (L) and high-pass (H) filter, as
/// if it were repeated; an odd number of voxels is made even by repeating the first after the last.
/// A further level filters the approximation (all L) again, by the same filters.
struct StationaryWavelet: Sendable {
  let wavelet: Wavelet
  /// The axes to filter along, in the order of the letters of the names.
  let axes: [Int]

  /// The detail images of a level and the approximation, in a box of the image.
  struct Level: Sendable {
    /// Names such as `LLH`, without the approximation's, each with the voxels in the box.
    let details: [(name: String, voxels: [Double])]
    /// The approximation in the box.
    let approximation: [Double]
  }

  /// The images of levels `start + 1...start + levels`.
  ///
  /// - Parameter single: whether to compute in single precision, as PyWavelets does for images in it.
  func levels(
    of image: Image, in box: VoxelBox, start: Int, levels: Int, single: Bool, workers: Workers
  ) -> [Level] {
    single
      ? transform(
        image, low: Taps(convolving: wavelet.rounded(wavelet.lowPass)),
        high: Taps(convolving: wavelet.rounded(wavelet.highPass)), box, start, levels, workers)
      : transform(
        image, low: Taps(convolving: wavelet.lowPass), high: Taps(convolving: wavelet.highPass),
        box, start, levels, workers)
  }

  private func transform<Number: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    _ image: Image, low: Taps<Number>, high: Taps<Number>, _ box: VoxelBox, _ start: Int,
    _ count: Int, _ workers: Workers
  ) -> [Level] {
    // What the last level needs of the approximation of the one before, and so on.
    let size = image.geometry.size
    let period = size &+ (size & 1)
    let reach = low.reach
    func grown(_ box: VoxelBox, _ levels: Int) -> VoxelBox {
      var (lower, upper) = (box.low, box.high)
      for axis in axes {
        lower[axis] += levels * reach.lowerBound
        upper[axis] += levels * reach.upperBound
      }
      return VoxelBox(low: lower, high: upper)!
    }
    var block = Block<Number>(
      of: image.intensities, size: size, box: grown(box, start + count), workers: workers
    ) { position, axis in
      guard axes.contains(axis) else { return position }
      let rest = position % period[axis]
      let place = rest < 0 ? rest + period[axis] : rest
      return place < size[axis] ? place : 0
    }
    for _ in 0..<start {
      for axis in axes {
        block = block.filtered(low, axis: axis, period: period[axis], workers: workers)
      }
    }
    var levels: [Level] = []
    for level in 1...count {
      // All but the approximation are wanted in the box only.
      let wanted = grown(box, count - level)
      let input = block
      var details: [(name: String, voxels: [Double])] = []
      func split(_ part: Block<Number>, _ name: String, _ rest: ArraySlice<Int>) {
        guard let axis = rest.first else {
          if name.contains("H") {
            details.append((name, doubles(part.voxels)))
          } else {
            block = part
          }
          return
        }
        let further = rest.dropFirst()
        split(
          part.filtered(low, axis: axis, period: period[axis], workers: workers), name + "L",
          further)
        split(
          part.filtered(high, axis: axis, period: period[axis], workers: workers), name + "H",
          further)
      }
      if wanted == box {
        split(input, "", axes[...])
      } else {
        for axis in axes {
          block = block.filtered(low, axis: axis, period: period[axis], workers: workers)
        }
        let approximation = block
        split(input.cropped(to: grown(box, 1), workers: workers), "", axes[...])
        block = approximation
      }
      let approximation = block.cropped(to: box, workers: workers)
      levels.append(Level(details: details, approximation: doubles(approximation.voxels)))
    }
    return levels
  }
}

/// Numbers in double precision; those that are so already are not copied.
private func doubles<Number: BinaryFloatingPoint>(_ numbers: [Number]) -> [Double] {
  numbers as? [Double] ?? numbers.map { Double($0) }
}
