internal import ConvNet
internal import Foundation
internal import Parallel

/// Overlapping windows over an image, as nnU-Net places and weights them.
struct SlidingWindows {
  /// The window's extent.
  let patch: Triple
  /// The first voxels of the windows along z, y and x.
  let positions: [[Int]]
  /// The weight of a voxel of a window along z, y and x; their product counts.
  let weights: [[Float]]
  /// The sets of axes along which windows are mirrored; the first is empty.
  let mirrorings: [[Int]]

  /// - Parameters:
  ///   - size: of the image, at least that of the patch.
  ///   - step: the largest step between windows as a fraction of the patch.
  ///   - gaussian: the standard deviation of the weights as a fraction of the patch; nil for equal
  ///     weights.
  ///   - mirror: the axes, 0 for z, 1 for y, 2 for x.
  init(size: Triple, patch: Triple, step: Double, gaussian: Double?, mirror: [Int]) {
    self.patch = patch
    positions = (0..<3).map {
      SlidingWindows.positions(size: size[$0], patch: patch[$0], step: step)
    }
    weights = (0..<3).map { SlidingWindows.weights(patch: patch[$0], gaussian: gaussian) }
    mirrorings = (0..<1 << mirror.count).map { subset in
      mirror.indices.filter { subset >> $0 & 1 == 1 }.map { mirror[$0] }
    }
  }

  /// round(i (size - patch) / (n - 1)), n being the least number of windows for which the step is
  /// at most `step` patches.
  static func positions(size: Int, patch: Int, step: Double) -> [Int] {
    guard size > patch else { return [0] }
    let last = Double(size - patch)
    let count = Int((last / (Double(patch) * step)).rounded(.up)) + 1
    return (0..<count).map {
      Int((last / Double(count - 1) * Double($0)).rounded(.toNearestOrEven))
    }
  }

  /// exp(-d^2 / (2 sigma^2)) with the distance d from voxel patch / 2; zeros are lifted to the
  /// smallest positive weight.
  static func weights(patch: Int, gaussian: Double?) -> [Float] {
    guard let gaussian else { return [Float](repeating: 1, count: patch) }
    let sigma = gaussian * Double(patch)
    let weights = (0..<patch).map { voxel -> Float in
      let distance = Double(voxel - patch / 2)
      return Float(exp(-distance * distance / (2 * sigma * sigma)))
    }
    let least = weights.filter { $0 > 0 }.min() ?? 1
    return weights.map { max($0, least) }
  }

  /// The number of times that the network is computed.
  var count: Int { positions.reduce(mirrorings.count) { $0 * $1.count } }

  /// The weighted mean of the network's outputs over all windows and mirrorings.
  ///
  /// - Parameters:
  ///   - channels: the number of output channels.
  ///   - network: gives an output of the patch's size.
  ///   - finished: called after each window with the number of windows so far.
  func run(
    on image: Tensor, channels: Int, workers: Workers, finished: (Int) -> Void,
    network: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    var sum = Tensor(channels: channels, size: image.size)
    var total = Tensor(channels: 1, size: image.size)
    let share = 1 / Float(mirrorings.count)
    var done = 0
    for z in positions[0] {
      for y in positions[1] {
        for x in positions[2] {
          let low = Triple(z, y, x)
          for axes in mirrorings {
            let window = image.window(at: low, size: patch, mirrored: axes)
            let result = try network(window)
            guard result.channels == channels, result.size == patch else {
              throw ConvNetError.invalidInput(
                found: "a window of \(patch.z)x\(patch.y)x\(patch.x) voxels whose output has "
                  + "\(result.size.z)x\(result.size.y)x\(result.size.x)",
                expected: "windows for which input and output have one size")
            }
            add(result, mirrored: axes, share: share, at: low, to: &sum, workers: workers)
            done += 1
            finished(done)
          }
          addWeights(at: low, to: &total)
        }
      }
    }
    divide(&sum, by: total)
    return sum
  }

  private func add(
    _ result: Tensor, mirrored axes: [Int], share: Float, at low: Triple, to sum: inout Tensor,
    workers: Workers
  ) {
    let size = sum.size
    let (flipZ, flipY, flipX) = (axes.contains(0), axes.contains(1), axes.contains(2))
    let channels = sum.channels
    sum.values.withUnsafeMutableBufferPointer { sum in
      result.values.withUnsafeBufferPointer { result in
        nonisolated(unsafe) let (sum, result) = (sum, result)
        workers.forEach(channels * patch.z) { task, _ in
          let (channel, z) = (task / patch.z, task % patch.z)
          for y in 0..<patch.y {
            let weight = weights[0][z] * weights[1][y] * share
            let target = ((channel * size.z + low.z + z) * size.y + low.y + y) * size.x + low.x
            let sourceZ = flipZ ? patch.z - 1 - z : z
            let sourceY = flipY ? patch.y - 1 - y : y
            let source = ((channel * patch.z + sourceZ) * patch.y + sourceY) * patch.x
            for x in 0..<patch.x {
              let value = result[source + (flipX ? patch.x - 1 - x : x)]
              sum[target + x] += weight * weights[2][x] * value
            }
          }
        }
      }
    }
  }

  private func addWeights(at low: Triple, to total: inout Tensor) {
    for z in 0..<patch.z {
      for y in 0..<patch.y {
        let target = ((low.z + z) * total.size.y + low.y + y) * total.size.x + low.x
        let weight = weights[0][z] * weights[1][y]
        for x in 0..<patch.x { total.values[target + x] += weight * weights[2][x] }
      }
    }
  }

  private func divide(_ sum: inout Tensor, by total: Tensor) {
    let count = total.values.count
    sum.values.withUnsafeMutableBufferPointer { sum in
      total.values.withUnsafeBufferPointer { total in
        for channel in 0..<sum.count / count {
          for voxel in 0..<count { sum[channel * count + voxel] /= total[voxel] }
        }
      }
    }
  }
}

extension Tensor {
  /// A part of the image, mirrored along some axes.
  fileprivate func window(at low: Triple, size window: Triple, mirrored axes: [Int]) -> Tensor {
    let (flipZ, flipY, flipX) = (axes.contains(0), axes.contains(1), axes.contains(2))
    var result = Tensor(channels: channels, size: window)
    result.values.withUnsafeMutableBufferPointer { result in
      values.withUnsafeBufferPointer { values in
        var place = 0
        for channel in 0..<channels {
          for z in 0..<window.z {
            let sourceZ = low.z + (flipZ ? window.z - 1 - z : z)
            for y in 0..<window.y {
              let sourceY = low.y + (flipY ? window.y - 1 - y : y)
              let row = ((channel * size.z + sourceZ) * size.y + sourceY) * size.x + low.x
              for x in 0..<window.x {
                result[place] = values[row + (flipX ? window.x - 1 - x : x)]
                place += 1
              }
            }
          }
        }
      }
    }
    return result
  }
}
