internal import Parallel
internal import Volumes

/// The lesion-wise scores of BraTS (2023 on): each lesion counts alike, whatever its size.
///
/// The truth's lesions are its connected components (26 neighbours), those merged that touch after
/// dilation; a predicted component belongs to each lesion whose own dilation it touches; one that
/// touches none is a false positive. A lesion's Dice and HD95 compare it with all components that
/// belong to it. Both are averaged over the lesions and the false positives, which have Dice 0 and
/// the penalty.
public struct LesionWiseScores: Sendable, Hashable {
  /// The rules, which differ between BraTS's tasks.
  public struct Rules: Sendable, Hashable {
    /// Steps of dilation over faces and edges (18 neighbours).
    public var dilations: Int
    /// Lesions of the truth of at most this volume in cubic millimetres do not count.
    public var smallestLesion: Double
    /// The HD95 of a missed lesion and of a false positive, in millimetres.
    public var penalty: Double

    /// Makes rules.
    public init(dilations: Int = 3, smallestLesion: Double = 50, penalty: Double = 374) {
      self.dilations = dilations
      self.smallestLesion = smallestLesion
      self.penalty = penalty
    }

    /// Those for adult glioma.
    public static let glioma = Rules()
    /// Those for metastases and meningioma.
    public static let metastases = Rules(dilations: 1)
  }

  /// The lesions of the truth that count.
  public var truthLesions: Int
  /// How many of them no predicted component touches.
  public var missed: Int
  /// The predicted components that touch no lesion of the truth, of any size.
  public var falsePositives: Int
  /// The mean Dice: 1 where there is nothing to find and nothing found.
  public var dice: Double
  /// The mean 95 % Hausdorff distance, of surface elements, in millimetres: 0 where there is
  /// nothing to find and nothing found.
  public var hd95: Double

  /// - Precondition: the masks share a grid.
  init(
    truth: Mask, prediction: Mask, rules: Rules, workers: Workers
  ) throws(VolumeError) {
    (truthLesions, missed, falsePositives, dice, hd95) = (0, 0, 0, 1, 0)
    let margin = SIMD3(repeating: max(0, rules.dilations))
    guard
      let box = unionBox(truth.boundingBox, prediction.boundingBox)?.padded(by: margin)
        .clamped(to: truth.geometry)
    else { return }
    let (truth, prediction) = (try truth.cropped(to: box), try prediction.cropped(to: box))
    let lesions = Parts(truth.dilated(.edges, iterations: rules.dilations), only: truth)
    let found = Parts(prediction, only: prediction)

    var touched: Set<Int32> = []
    var (diceSum, hd95Sum) = (0.0, 0.0)
    for lesion in lesions.boxes.indices {
      guard
        let reach = lesions.boxes[lesion]?.padded(by: margin).clamped(to: truth.geometry)
      else { continue }
      let number = Int32(lesion + 1)
      let mask = try lesions.mask(in: reach) { $0 == number }
      let near = mask.dilated(.edges, iterations: rules.dilations)
      let hits = found.numbers(in: reach, where: near.voxels)
      touched.formUnion(hits)

      let size = mask.count
      guard Double(size) * truth.geometry.voxelVolume > rules.smallestLesion else { continue }
      truthLesions += 1
      guard !hits.isEmpty else {
        missed += 1
        hd95Sum += rules.penalty
        continue
      }
      let whole = hits.reduce(reach) { box, hit in
        found.boxes[Int(hit) - 1].map(box.union) ?? box
      }
      let lesionMask = try lesions.mask(in: whole) { $0 == number }
      let matched = try found.mask(in: whole, of: hits.contains)
      let both = zip(lesionMask.voxels, matched.voxels).count { $0 && $1 }
      diceSum += 2 * Double(both) / Double(size + matched.count)
      hd95Sum += try SurfaceDistances(truth: lesionMask, prediction: matched, workers: workers)
        .hausdorff(percent: 95)
    }
    falsePositives = found.boxes.count - touched.count
    let count = truthLesions + falsePositives
    if count > 0 {
      dice = diceSum / Double(count)
      hd95 = (hd95Sum + rules.penalty * Double(falsePositives)) / Double(count)
    }
  }
}

/// Numbered parts of a mask, and where each lies.
private struct Parts {
  let geometry: Geometry
  let numbers: [Int32]
  /// By number less 1; nil for a part without voxels.
  let boxes: [VoxelBox?]

  /// The voxels of `only` by the component of `mask` that they lie in.
  init(_ mask: Mask, only: Mask) {
    let components = mask.components(.corners)
    let size = mask.geometry.size
    var numbers = components.labels
    var low = [SIMD3<Int>](repeating: size, count: components.count)
    var high = [SIMD3<Int>](repeating: .zero, count: components.count)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let offset = (k * size.y + j) * size.x + i
          guard only.voxels[offset] else {
            numbers[offset] = 0
            continue
          }
          let part = Int(numbers[offset]) - 1
          let voxel = SIMD3(i, j, k)
          low[part].replace(with: voxel, where: voxel .< low[part])
          high[part].replace(with: voxel &+ 1, where: voxel &+ 1 .> high[part])
        }
      }
    }
    geometry = mask.geometry
    self.numbers = numbers
    boxes = zip(low, high).map { VoxelBox(low: $0, high: $1) }
  }

  /// The numbers in a box, in memory order.
  private func part(in box: VoxelBox) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(box.size.x * box.size.y * box.size.z)
    for k in box.low.z..<box.high.z {
      for j in box.low.y..<box.high.y {
        let start = geometry.offset(box.low.x, j, k)
        result += numbers[start..<start + box.size.x]
      }
    }
    return result
  }

  func mask(in box: VoxelBox, of isWanted: (Int32) -> Bool) throws(VolumeError) -> Mask {
    try Mask(
      geometry: geometry.cropped(to: box), voxels: part(in: box).map { $0 > 0 && isWanted($0) })
  }

  func numbers(in box: VoxelBox, where voxels: [Bool]) -> Set<Int32> {
    Set(zip(part(in: box), voxels).lazy.filter { $0.0 > 0 && $0.1 }.map { $0.0 })
  }
}
