internal import Volumes

extension Volume {
  /// Sets the background to 0 where it has one other value, as after a normalisation of the whole image,
  /// and returns that value.
  ///
  /// The background's value is the one that most of the eight corners have, if they have it exactly.
  mutating func zeroBackground() -> Float? {
    let last = geometry.size &- 1
    let corners = (0..<8).map { corner in
      samples[
        geometry.offset(
          corner & 1 == 0 ? 0 : last.x, corner & 2 == 0 ? 0 : last.y, corner & 4 == 0 ? 0 : last.z)]
    }
    guard let value = corners.first(where: { value in corners.count { $0 == value } > 4 }),
      value != 0
    else { return nil }
    samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices where samples[index] == value { samples[index] = 0 }
    }
    return value
  }
}
