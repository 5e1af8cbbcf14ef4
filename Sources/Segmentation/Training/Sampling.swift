internal import Basics
internal import ConvNet

/// Around which voxels segments are cut out.
public enum Sampling: Sendable, Hashable, Codable {
  /// Around a voxel of any label but the background in this fraction of the segments, around one of
  /// the background in the others (DeepMedic's paper: 0.5).
  case foreground(fraction: Double)
  /// Around a voxel of each class equally often (DeepMedic's program, its default).
  case perClass
  /// Around any voxel of the mask; in this fraction of the segments around one of a label drawn first
  /// (nnU-Net: 0.33).
  case uniform(oversampled: Double)
}

extension Sampling {
  /// What contradicts itself, or nil.
  var fault: String? {
    switch self {
    case .foreground(let fraction), .uniform(let fraction):
      0...1 ~= fraction ? nil : "a fraction of segments must be between 0 and 1"
    case .perClass: nil
    }
  }

  /// The number of a voxel; a class that the case lacks is replaced by any voxel of the mask.
  func voxel(of prepared: PreparedCase, using random: inout SplitMix) -> Int {
    let present = prepared.voxels.indices.filter { !prepared.voxels[$0].isEmpty }
    func listed(_ number: Int, _ random: inout SplitMix) -> Int {
      let list = prepared.voxels[number]
      return Int(list[random.index(below: list.count)])
    }
    switch self {
    case .foreground(let fraction):
      guard random.chance(fraction), !present.isEmpty else {
        return prepared.anyVoxel(using: &random) { prepared.classes[$0] == 0 }
      }
      // All labels together: each of their voxels is as likely.
      var number = random.index(below: present.reduce(0) { $0 + prepared.voxels[$1].count })
      for label in present {
        if number < prepared.voxels[label].count { return Int(prepared.voxels[label][number]) }
        number -= prepared.voxels[label].count
      }
      return prepared.anyVoxel(using: &random)
    case .perClass:
      let label = random.index(below: prepared.voxels.count)
      if label == 0 { return prepared.anyVoxel(using: &random) { prepared.classes[$0] == 0 } }
      return present.contains(label)
        ? listed(label, &random) : prepared.anyVoxel(using: &random)
    case .uniform(let oversampled):
      guard random.chance(oversampled), !present.isEmpty else {
        return prepared.anyVoxel(using: &random)
      }
      return listed(present[random.index(below: present.count)], &random)
    }
  }
}

extension PreparedCase {
  /// A voxel of the mask that is accepted; any voxel of the mask where hardly one is.
  fileprivate func anyVoxel(
    using random: inout SplitMix, where accepts: (Int) -> Bool = { _ in true }
  ) -> Int {
    var fallback = 0
    for _ in 0..<1000 {
      let index = random.index(below: mask.count)
      guard mask[index] else { continue }
      fallback = index
      if accepts(index) { return index }
    }
    return mask[fallback] ? fallback : mask.firstIndex(of: true) ?? 0
  }
}
