internal import ConvNet
import Foundation
internal import Volumes

/// From the voxels of a segment to those of the image, relative to the segment's centre.
struct SegmentMap: Sendable {
  /// The axes i, j and k along which the segment is mirrored.
  var mirrors = [false, false, false]
  /// The columns of what is applied beside, or nil for nothing.
  private var columns: [SIMD3<Double>]?

  mutating func rotate(about axis: Int, by angle: Double) {
    let (c, s) = (cos(angle), sin(angle))
    let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
    columns = (columns ?? SegmentMap.identity).map { column in
      var turned = column
      turned[a] = c * column[a] - s * column[b]
      turned[b] = s * column[a] + c * column[b]
      return turned
    }
  }

  /// Magnifies what is seen.
  mutating func zoom(by factor: Double) {
    columns = (columns ?? SegmentMap.identity).map { $0 / factor }
  }

  private static let identity: [SIMD3<Double>] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]

  /// The part of a case that a segment shows.
  ///
  /// - Parameter low: the voxel at which the output begins.
  func segment(
    of prepared: PreparedCase, at low: SIMD3<Int>, frame: SegmentFrame
  ) -> (image: Tensor, target: TargetMap) {
    let output = SIMD3(frame.output.x, frame.output.y, frame.output.z)
    let input = SIMD3(frame.input.x, frame.input.y, frame.input.z)
    let first = low &- SIMD3(frame.low.x, frame.low.y, frame.low.z)
    // Twice the centre of the output, about which all turns.
    let centre2 = 2 &* low &+ output &- 1
    guard columns != nil else {
      let seen = places(from: first, input, centre2, prepared, continues: frame.continuesEdges)
      let wanted = places(from: low, output, centre2, prepared, continues: false)
      return (
        image(prepared, seen, frame.input), target(prepared, wanted, frame.output)
      )
    }
    return (
      oblique(prepared, from: first, frame, centre2),
      obliqueTarget(prepared, from: low, frame.output, centre2)
    )
  }

  /// For each axis the image's voxels that a segment's are; -1 beyond the border.
  private func places(
    from first: SIMD3<Int>, _ size: SIMD3<Int>, _ centre2: SIMD3<Int>, _ prepared: PreparedCase,
    continues: Bool
  ) -> [[Int]] {
    let extent = prepared.geometry.size
    return (0..<3).map { axis in
      (0..<size[axis]).map { index in
        let place = mirrors[axis] ? centre2[axis] - first[axis] - index : first[axis] + index
        if continues { return min(max(place, 0), extent[axis] - 1) }
        return 0..<extent[axis] ~= place ? place : -1
      }
    }
  }

  private func image(_ prepared: PreparedCase, _ places: [[Int]], _ size: Triple) -> Tensor {
    Tensor(channels: prepared.channels.count, size: size) { values in
      var at = 0
      for channel in prepared.channels {
        channel.samples.withUnsafeBufferPointer { samples in
          for k in places[2] {
            for j in places[1] {
              let isInside = k >= 0 && j >= 0
              let row = isInside ? channel.geometry.offset(0, j, k) : 0
              for i in places[0] {
                values[at] = isInside && i >= 0 ? samples[row + i] : 0
                at += 1
              }
            }
          }
        }
      }
    }
  }

  private func target(_ prepared: PreparedCase, _ places: [[Int]], _ size: Triple) -> TargetMap {
    var classes: [UInt8] = []
    classes.reserveCapacity(size.z * size.y * size.x)
    let geometry = prepared.geometry
    prepared.classes.withUnsafeBufferPointer { from in
      for k in places[2] {
        for j in places[1] {
          let isInside = k >= 0 && j >= 0
          let row = isInside ? geometry.offset(0, j, k) : 0
          for i in places[0] {
            classes.append(isInside && i >= 0 ? from[row + i] : TargetMap.ignored)
          }
        }
      }
    }
    return TargetMap(size: size, classes: classes)
  }

  /// Calls `body` with the place in the image of each voxel of a box, i fastest.
  private func forEachPlace(
    from first: SIMD3<Int>, _ size: Triple, _ centre2: SIMD3<Int>,
    _ body: (SIMD3<Double>) -> Void
  ) {
    let centre = SIMD3<Double>(centre2) / 2
    var columns = self.columns ?? SegmentMap.identity
    for axis in 0..<3 where mirrors[axis] { columns[axis] = -columns[axis] }
    for z in 0..<size.z {
      for y in 0..<size.y {
        let row = SIMD3<Double>(first &+ SIMD3(0, y, z)) - centre
        var place = centre + columns[0] * row.x + columns[1] * row.y + columns[2] * row.z
        for _ in 0..<size.x {
          body(place)
          place += columns[0]
        }
      }
    }
  }

  private func oblique(
    _ prepared: PreparedCase, from first: SIMD3<Int>, _ frame: SegmentFrame, _ centre2: SIMD3<Int>
  ) -> Tensor {
    let geometry = prepared.geometry
    let last = geometry.size &- 1
    let continues = frame.continuesEdges
    let count = frame.input.z * frame.input.y * frame.input.x
    return Tensor(channels: prepared.channels.count, size: frame.input) { values in
      for (number, channel) in prepared.channels.enumerated() {
        channel.samples.withUnsafeBufferPointer { samples in
          var at = number * count
          forEachPlace(from: first, frame.input, centre2) { place in
            let base = place.rounded(.down)
            let part = SIMD3<Float>(place - base)
            let low = SIMD3<Int>(base)
            var sum: Float = 0
            for corner in 0..<8 {
              let step = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
              var voxel = low &+ step
              let inside = voxel.clamped(lowerBound: .zero, upperBound: last)
              if voxel != inside && !continues { continue }
              voxel = inside
              let x = corner & 1 == 1 ? part.x : 1 - part.x
              let y = corner & 2 == 2 ? part.y : 1 - part.y
              let z = corner & 4 == 4 ? part.z : 1 - part.z
              sum += x * y * z * samples[geometry.offset(voxel.x, voxel.y, voxel.z)]
            }
            values[at] = sum
            at += 1
          }
        }
      }
    }
  }

  private func obliqueTarget(
    _ prepared: PreparedCase, from low: SIMD3<Int>, _ size: Triple, _ centre2: SIMD3<Int>
  ) -> TargetMap {
    var classes: [UInt8] = []
    classes.reserveCapacity(size.z * size.y * size.x)
    let geometry = prepared.geometry
    let last = geometry.size &- 1
    prepared.classes.withUnsafeBufferPointer { from in
      forEachPlace(from: low, size, centre2) { place in
        let voxel = SIMD3<Int>(place.rounded(.toNearestOrEven))
        let isInside = voxel == voxel.clamped(lowerBound: .zero, upperBound: last)
        classes.append(
          isInside ? from[geometry.offset(voxel.x, voxel.y, voxel.z)] : TargetMap.ignored)
      }
    }
    return TargetMap(size: size, classes: classes)
  }
}
