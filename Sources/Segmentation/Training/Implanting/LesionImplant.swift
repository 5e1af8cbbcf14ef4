public import Basics
public import Parallel
public import Phantoms
internal import Volumes

/// Lesions of one patient in the brain of another, to learn from more cases than there are.
///
/// A patient's lesion is carved out with a margin and blended in, its intensities matched to the
/// host's tissue: in the manner of CarveMix (Zhang et al., "CarveMix: a simple data augmentation
/// method for brain lesion segmentation", NeuroImage 271, 2023), except that the donor's brain is
/// first laid over the host's. Outlines without scans are filled with intensities of plaques.
public struct LesionImplant: Sendable {
  /// What the host's scans show, in their order.
  public let modalities: [BrainModality]

  /// Makes one for scans in an order.
  public init(modalities: [BrainModality]) {
    self.modalities = modalities
  }

  /// The host's scans with the donor's lesions beside its own.
  ///
  /// Scans that only one of them has are left out. The result depends on the arguments alone.
  ///
  /// - Returns: nil where no lesion comes to lie in the host's brain, or no scan is left.
  /// - Throws: `VolumeError` for scans that do not share the labels' grid or have no healthy tissue.
  public func callAsFunction(
    _ donor: LesionDonor, in host: LabelledScans, random: inout SplitMix, workers: Workers
  ) throws -> LabelledScans? {
    try host.checkGrids()
    if case .patient(let patient) = donor { try patient.checkGrids() }
    let brain = try host.brain
    let donorBrain = try donor.brain
    guard let hostFrame = BrainFrame(of: brain), let donorFrame = BrainFrame(of: donorBrain) else {
      return nil
    }
    let map = donorFrame.placement(in: hostFrame, random: &random)
    let target = host.labels.geometry
    func placed<Image: Gridded>(_ image: Image) throws -> Image where Image.Element: Sendable {
      image.replacing(
        image.elements,
        on: try Geometry(size: image.geometry.size, affine: map.following(image.geometry.affine)))
    }
    let room = try placed(donorBrain).resampled(to: target, workers: workers).intersection(brain)
    let labels = try placed(donor.labels).resampled(to: target, workers: workers).masked(by: room)
    guard labels.voxels.contains(where: { $0 != 0 }) else { return nil }
    let healthy = try brain.subtracting(host.labels.foreground)
    switch donor {
    case .outlines:
      return try draw(labels, in: host, brain, healthy, random: &random, workers)
    case .patient(let patient):
      let donorHealthy = try donorBrain.subtracting(patient.labels.foreground)
      let scans = try zip(host.scans, patient.scans).map { host, scan -> Volume? in
        guard let host, let scan else { return nil }
        let (from, to) = (
          try TissueLevel(of: scan, in: donorHealthy), try TissueLevel(of: host, in: healthy)
        )
        var moved = try placed(scan).resampled(to: target, by: .linear, workers: workers)
        for index in moved.samples.indices {
          moved.samples[index] = Float(
            (Double(moved.samples[index]) - from.median) / from.spread * to.spread + to.median)
        }
        return moved
      }
      return carve(labels, scans, in: host, brain, room, random: &random, workers)
    }
  }

  /// Lays the donor's scans over the host's near the lesions.
  private func carve(
    _ labels: LabelMap, _ scans: [Volume?], in host: LabelledScans, _ brain: Mask, _ room: Mask,
    random: inout SplitMix, _ workers: Workers
  ) -> LabelledScans? {
    guard scans.contains(where: { $0 != nil }) else { return nil }
    let margin = random.uniform(1, 4)
    let distances = labels.foreground.distances(workers: workers)
    // Two millimetres of transition.
    let shares = zip(distances, room.voxels).map { distance, isRoom in
      isRoom ? Float(max(0, min(1, (margin + 1 - distance) / 2))) : 0
    }
    var result = LabelledScans(scans: host.scans, mask: brain, labels: host.labels)
    result.labels.table = LabelTable()
    for index in shares.indices where shares[index] > 0.5 {
      result.labels.voxels[index] = labels.voxels[index]
    }
    for channel in scans.indices {
      guard let donor = scans[channel] else {
        result.scans[channel] = nil
        continue
      }
      for index in shares.indices where shares[index] > 0 {
        let old = result.scans[channel]!.samples[index]
        result.scans[channel]!.samples[index] = old + shares[index] * (donor.samples[index] - old)
      }
    }
    return result
  }

  /// Fills outlines with the intensities of plaques.
  private func draw(
    _ labels: LabelMap, in host: LabelledScans, _ brain: Mask, _ healthy: Mask,
    random: inout SplitMix, _ workers: Workers
  ) throws -> LabelledScans? {
    let contrasts = PlaqueContrast.all(modalities, random: &random)
    let levels = try host.scans.map { scan in
      try scan.map { try TissueLevel(of: $0, in: healthy) }
    }
    let components = labels.foreground.components(.corners)
    let strengths = components.sizes.map { _ in random.uniform(0.75, 1.25) }
    let fluid = modalities.firstIndex(of: .t2f)
    var result = LabelledScans(scans: host.scans, mask: brain, labels: host.labels)
    result.labels.table = LabelTable()
    var isEmpty = true
    for (index, component) in components.labels.enumerated() where component > 0 {
      // No plaque lies in fluid, which is dark in FLAIR: the brains do not fit each other exactly.
      if let fluid, let scan = host.scans[fluid], let level = levels[fluid],
        Double(scan.samples[index]) < level.median - 1.5 * level.spread
      {
        continue
      }
      isEmpty = false
      if result.labels.voxels[index] == 0 { result.labels.voxels[index] = labels.voxels[index] }
      for channel in host.scans.indices {
        guard let level = levels[channel], let scan = host.scans[channel] else { continue }
        let contrast = contrasts[channel] * strengths[Int(component) - 1]
        let old = Double(scan.samples[index]) - level.median
        // A third of the texture stays; tissue that is brighter than the plaque is not made darker.
        let new = contrast * level.spread + 0.35 * old
        result.scans[channel]!.samples[index] = Float(
          level.median + (contrast > 0 ? max(old, new) : min(old, new)))
      }
    }
    return isEmpty ? nil : result
  }
}

extension LabelledScans {
  /// The mask, or the voxels that are not zero in some scan.
  fileprivate var brain: Mask {
    get throws {
      if let mask { return mask }
      var brain = Mask(geometry: labels.geometry)
      for scan in scans.compactMap(\.self) { brain = try brain.union(Mask(nonZeroOf: scan)) }
      return brain
    }
  }
}

extension LesionDonor {
  fileprivate var brain: Mask {
    get throws {
      switch self {
      case .patient(let scans): try scans.brain
      case .outlines(_, let brain): brain
      }
    }
  }
}
