import Parallel

/// A grid of complex numbers and its transforms along axes; the first axis is fastest.
struct Spectrum: Sendable {
  let size: SIMD3<Int>
  var real: [Double]
  var imaginary: [Double]

  /// Real numbers.
  init(_ real: [Double], size: SIMD3<Int>) {
    self.size = size
    self.real = real
    imaginary = [Double](repeating: 0, count: real.count)
  }

  /// Transforms along axes, in place. An inverse is divided by the number of places along the axes.
  mutating func transform(along axes: [Int], isInverse: Bool, workers: Workers) {
    for axis in axes { transform(along: axis, isInverse: isInverse, workers: workers) }
  }

  private mutating func transform(along axis: Int, isInverse: Bool, workers: Workers) {
    let plan = FourierTransform(count: size[axis])
    let strides = SIMD3(1, size.x, size.x * size.y)
    let (length, step) = (size[axis], strides[axis])
    let lanes = FourierTransform.lanes
    // Lines that lie side by side are transformed together.
    let (beside, beyond) = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    let laneStep = strides[beside]
    let groups = (size[beside] + lanes - 1) / lanes
    let scale = isInverse ? 1 / Double(length) : 1
    let size = self.size
    real.withUnsafeMutableBufferPointer { real in
      imaginary.withUnsafeMutableBufferPointer { imaginary in
        nonisolated(unsafe) let real = real.baseAddress!
        nonisolated(unsafe) let imaginary = imaginary.baseAddress!
        workers.forEachRange(of: groups * size[beyond], chunk: max(1, 8192 / (length * lanes))) {
          range, _ in
          withUnsafeTemporaryAllocation(
            of: FourierTransform.Lanes.self, capacity: 2 * length + plan.scratchCount
          ) { room in
            let re = room.baseAddress!
            re.initialize(repeating: .zero, count: room.count)
            let im = re + length
            let flatRe = UnsafeMutableRawPointer(re).assumingMemoryBound(to: Double.self)
            let flatIm = UnsafeMutableRawPointer(im).assumingMemoryBound(to: Double.self)
            for group in range {
              let first = group % groups * lanes
              let start = first * laneStep + group / groups * strides[beyond]
              let used = min(lanes, size[beside] - first)
              for n in 0..<length {
                let place = start + n * step
                for lane in 0..<used {
                  flatRe[8 * n + lane] = real[place + lane * laneStep]
                  flatIm[8 * n + lane] = imaginary[place + lane * laneStep]
                }
              }
              plan.transform(
                real: re, imaginary: im, isInverse: isInverse, scratch: im + length)
              for n in 0..<length {
                let place = start + n * step
                for lane in 0..<used {
                  real[place + lane * laneStep] = flatRe[8 * n + lane] * scale
                  imaginary[place + lane * laneStep] = flatIm[8 * n + lane] * scale
                }
              }
            }
          }
        }
      }
    }
  }
}
