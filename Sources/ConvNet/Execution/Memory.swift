import Foundation

/// Floats at an address that suits vectors (a multiple of 64 bytes), freed with the object.
///
/// Whoever writes takes care that no one else reads or writes the same place at the same time.
final class AlignedFloats: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// Memory that holds anything.
  ///
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where there is not so much memory.
  init(count: Int) throws {
    var address: UnsafeMutableRawPointer?
    let (bytes, overflow) = max(count, 16).multipliedReportingOverflow(by: 4)
    // Large memory begins at a huge page, so that touching it first costs little.
    let isLarge = bytes >= 1 << 22
    guard !overflow, posix_memalign(&address, isLarge ? 1 << 21 : 64, bytes) == 0, let address
    else {
      throw ConvNetError.invalidInput(
        found: "an image for which \(count) floats of memory are needed, more than there are",
        expected: "a smaller one, or smaller tiles")
    }
    #if canImport(Glibc)
      if isLarge { madvise(address, bytes, MADV_HUGEPAGE) }
    #endif
    pointer = address.bindMemory(to: Float.self, capacity: max(count, 16))
    self.count = count
  }

  /// One value a channel, followed by zeros up to whole blocks.
  convenience init(channels values: [Float]) throws {
    let count = (values.count + 7) / 8 * 8
    try self.init(count: count)
    pointer.update(repeating: 0, count: count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
    }
  }

  deinit { free(pointer) }
}

/// Some voxels and channels of a feature map in memory, in blocks of 8 channels: block, z, y, x,
/// channel. Strides count floats.
struct FeatureView: @unchecked Sendable {
  /// Channel 0 of the first block at voxel (0, 0, 0).
  var data: UnsafeMutablePointer<Float>
  var channels: Int
  var size: Triple
  var blockStride: Int
  var zStride: Int
  var yStride: Int
  var xStride: Int

  var blocks: Int { (channels + 7) / 8 }

  /// The eight channels of a block at a voxel.
  func address(_ block: Int, _ z: Int, _ y: Int, _ x: Int = 0) -> UnsafeMutablePointer<Float> {
    data + (block * blockStride + z * zStride + y * yStride + x * xStride)
  }

  /// Every step-th voxel from an offset on.
  func window(offset: Triple, step: Triple = .one, size: Triple) -> FeatureView {
    var view = self
    view.data += offset.z * zStride + offset.y * yStride + offset.x * xStride
    view.zStride *= step.z
    view.yStride *= step.y
    view.xStride *= step.x
    view.size = size
    return view
  }

  /// Some of the slices.
  func slices(_ range: Range<Int>) -> FeatureView {
    window(offset: Triple(range.lowerBound, 0, 0), size: Triple(range.count, size.y, size.x))
  }

  /// Some of the channels, from the beginning of a block on.
  func channels(from block: Int, count: Int) -> FeatureView {
    var view = self
    view.data += block * blockStride
    view.channels = count
    return view
  }
}

typealias Vector = SIMD8<Float>

extension UnsafeMutablePointer<Float> {
  /// The vector that begins here; the address is a multiple of 32 bytes.
  @inline(__always)
  var vector: Vector {
    get { UnsafeRawPointer(self).load(as: Vector.self) }
    nonmutating set { UnsafeMutableRawPointer(self).storeBytes(of: newValue, as: Vector.self) }
  }
}
