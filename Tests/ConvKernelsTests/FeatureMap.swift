import ConvKernels

/// A small generator of numbers in -1..<1, the same on every machine.
struct TestNumbers {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed &* 2 &+ 1) }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / 8_388_608 - 1
  }

  mutating func array(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}

/// A feature map within a larger allocation whose other floats hold `guardValue`.
final class FeatureMap {
  let channels: Int
  /// (z, y, x)
  let size: [Int]
  private let storage: UnsafeMutableBufferPointer<Float>
  private let guardValue: Float
  private let margin: Int
  private let step: Int
  private let extent: [Int]

  /// - Parameters:
  ///   - margin: voxels around the map; 0 makes the allocation end where the map does
  ///   - step: the distance of voxels along x in the allocation, in voxels
  init(channels: Int, size: [Int], margin: Int = 0, step: Int = 1, guardValue: Float = .nan) {
    self.channels = channels
    self.size = size
    self.margin = margin
    self.step = step
    self.guardValue = guardValue
    extent = [
      size[0] + 2 * margin, size[1] + 2 * margin, (size[2] - 1) * step + 1 + 2 * margin,
    ]
    storage = .allocate(capacity: (channels + 7) / 8 * 8 * extent[0] * extent[1] * extent[2])
    storage.initialize(repeating: guardValue)
    forEach(channels: 0..<blocks * 8) { storage[$0] = 0 }
  }

  deinit { storage.deallocate() }

  private var blocks: Int { (channels + 7) / 8 }

  private func offset(_ channel: Int, _ z: Int, _ y: Int, _ x: Int) -> Int {
    let row = ((channel / 8) * extent[0] + z + margin) * extent[1] + y + margin
    return (row * extent[2] + x * step + margin) * 8 + channel % 8
  }

  /// Calls `body` with the place of each float of the map, channels slowest.
  private func forEach(channels: Range<Int>, _ body: (Int) -> Void) {
    for channel in channels {
      for z in 0..<size[0] {
        for y in 0..<size[1] {
          let row = offset(channel, z, y, 0)
          for x in 0..<size[2] { body(row + x * step * 8) }
        }
      }
    }
  }

  subscript(channel: Int, z: Int, y: Int, x: Int) -> Float {
    get { storage[offset(channel, z, y, x)] }
    set { storage[offset(channel, z, y, x)] = newValue }
  }

  /// Sets the true channels.
  func fill(_ numbers: inout TestNumbers) {
    forEach(channels: 0..<channels) { storage[$0] = numbers.next() }
  }

  /// The true channels, in the order channel, z, y, x.
  var voxels: [Double] {
    var voxels: [Double] = []
    voxels.reserveCapacity(channels * size.reduce(1, *))
    forEach(channels: 0..<channels) { voxels.append(Double(storage[$0])) }
    return voxels
  }

  /// The floats of the map itself, padding channels included.
  var values: [Float] {
    var values: [Float] = []
    forEach(channels: 0..<blocks * 8) { values.append(storage[$0]) }
    return values
  }

  /// Whether the floats around the map are as they were and the channels beyond the last are zero.
  var isIntact: Bool {
    var isInside = [Bool](repeating: false, count: storage.count)
    forEach(channels: 0..<blocks * 8) { isInside[$0] = true }
    for index in 0..<storage.count where !isInside[index] {
      guard storage[index].bitPattern == guardValue.bitPattern else { return false }
    }
    var isZero = true
    forEach(channels: channels..<blocks * 8) { if storage[$0] != 0 { isZero = false } }
    return isZero
  }

  var view: ck_map {
    ck_map(
      data: storage.baseAddress! + offset(0, 0, 0, 0), channels: Int32(channels),
      depth: Int32(size[0]), height: Int32(size[1]), width: Int32(size[2]),
      block_stride: extent[0] * extent[1] * extent[2] * 8, z_stride: extent[1] * extent[2] * 8,
      y_stride: extent[2] * 8, x_stride: step * 8)
  }
}
