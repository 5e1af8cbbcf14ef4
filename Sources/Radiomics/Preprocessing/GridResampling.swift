import Foundation
import Parallel
import VolumeIO
import Volumes

/// Brings scans and masks to other grids as ITK's resampling filter does.
struct GridResampling {
  let source: PhysicalGrid
  let target: PhysicalGrid
  let workers: Workers

  /// For each voxel of the target what `value` gives for its place in the source, or `outside`.
  func map<Value: Sendable & BitwiseCopyable>(
    outside: Value, _ value: @Sendable (SIMD3<Double>) -> Value
  ) -> [Value] {
    let size = target.size
    return [Value](unsafeUninitializedCapacity: size.x * size.y * size.z) { result, count in
      nonisolated(unsafe) let result = result
      workers.forEach(size.y * size.z) { row, _ in
        let ends = target.row(row % size.y, row / size.y, in: source)
        let along = ends.end - ends.start
        for x in 0..<size.x {
          let place = ends.start + Double(x) / Double(size.x) * along
          (result.baseAddress! + row * size.x + x).initialize(
            to: source.contains(place) ? value(place) : outside)
        }
      }
      count = size.x * size.y * size.z
    }
  }

  /// The nearest voxels of a mask.
  func mask(_ voxels: [Bool]) -> [Bool] {
    let size = source.size
    return voxels.withUnsafeBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      return map(outside: false) { voxels[GridResampling.nearest($0, size)] }
    }
  }

  /// The scan on the target grid, 0 beyond its own. Whole numbers stay whole: what is interpolated is cut
  /// towards zero, as ITK does.
  func scan(
    _ scan: Image, by interpolator: ScanInterpolator
  ) throws(RadiomicsError) -> Image {
    let size = source.size
    let voxels: [Double]
    switch interpolator {
    case .nearest:
      voxels = scan.intensities.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source
        return map(outside: 0) { source[GridResampling.nearest($0, size)] }
      }
    case .linear:
      voxels = scan.intensities.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source
        return map(outside: 0) { GridResampling.linear($0, source, size) }
      }
    case .cubicSpline:
      let spline = CubicSpline(scan.intensities, size: size, workers: workers)
      voxels = spline.coefficients.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source
        return map(outside: 0) { CubicSpline.value(at: $0, source, size) }
      }
    }
    let geometry: Geometry
    do {
      geometry = try target.geometry()
    } catch {
      throw .tooLarge(what: "the resampled grid (\(error))", remedy: "choose larger voxels")
    }
    return Image(
      geometry: geometry, intensities: scan.storedType.stored(voxels),
      storedType: scan.storedType)
  }

  /// The voxel nearest to a place; half-way, the one after.
  private static func nearest(_ place: SIMD3<Double>, _ size: SIMD3<Int>) -> Int {
    // ITK rounds twice the place and a half to even, and halves it.
    let voxel = SIMD3<Int>((2 * place + 0.5).rounded(.toNearestOrEven)) &>> 1
    let inside = voxel.clamped(lowerBound: .zero, upperBound: size &- 1)
    return (inside.z * size.y + inside.y) * size.x + inside.x
  }

  /// The values of the eight voxels around a place, weighted along x, then y, then z.
  static func linear(
    _ place: SIMD3<Double>, _ source: UnsafeBufferPointer<Double>, _ size: SIMD3<Int>
  ) -> Double {
    let zero = SIMD3<Int>.zero
    let low = SIMD3<Int>(place.rounded(.down)).clamped(lowerBound: zero, upperBound: size &- 1)
    let part = place - SIMD3<Double>(low)
    let high = (low &+ 1).clamped(lowerBound: zero, upperBound: size &- 1)
    func row(_ y: Int, _ z: Int) -> Double {
      let at = (z * size.y + y) * size.x
      let first = source[at + low.x]
      return part.x > 0 ? first + (source[at + high.x] - first) * part.x : first
    }
    func plane(_ z: Int) -> Double {
      let first = row(low.y, z)
      return part.y > 0 ? first + (row(high.y, z) - first) * part.y : first
    }
    let first = plane(low.z)
    return part.z > 0 ? first + (plane(high.z) - first) * part.z : first
  }
}

extension StoredType {
  /// Values as this type holds them: whole numbers cut towards zero and to the range of the type.
  func stored(_ values: [Double]) -> [Double] {
    switch self {
    case .float64: values
    case .float32: values.map { Double(Float($0)) }
    default:
      if let range = wholeRange {
        values.map { min(max($0, range.lowerBound), range.upperBound).rounded(.towardZero) }
      } else {
        values
      }
    }
  }
}

extension StoredType {
  /// The smallest and the largest number of a type of whole numbers.
  private var wholeRange: ClosedRange<Double>? {
    switch self {
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: -2_147_483_648...2_147_483_647
    case .uint32: 0...4_294_967_295
    case .int64: -9_223_372_036_854_775_808...9_223_372_036_854_774_784
    case .uint64: 0...18_446_744_073_709_549_568
    case .float32, .float64: nil
    }
  }
}
