internal import ConvNet
public import Parallel
public import Volumes

/// Finds the brain in scans of a head, of any contrast and resolution, with the model that the package
/// brings.
///
/// The network was trained on synthesised heads with contrasts drawn at random, in the manner of SynthStrip
/// (Hoopes et al. 2022), at 3 mm: fine enough for a mask, and a matter of a second.
public struct BrainExtraction: Sendable {
  /// Above this volume in millilitres, what is not zero is more than a brain: brains with the fluid
  /// around them have up to about 1900 ml, heads 3000 and more.
  static let largestBrain = 2200.0

  private let segmenter: Segmenter

  /// - Throws: ``ConvNetError`` or ``SegmentationError`` where the network cannot be computed.
  public init(workers: Workers = .all, strict: Bool = false) throws {
    var options = Segmenter.Options()
    options.workers = workers
    options.strict = strict
    options.keepsProbabilities = true
    segmenter = try Segmenter(.brain(), options: options)
  }

  /// Whether scans show more than a brain on a background of zeros: whether what is not zero in any of
  /// them is larger than brains are.
  public static func showsMoreThanBrain(_ scans: [Volume]) -> Bool {
    scans.contains { scan in
      var scan = scan
      if scan.channels == 1 { _ = scan.zeroBackground() }
      let count = Mask(nonZeroOf: scan).count
      return Double(count) * scan.geometry.voxelVolume / 1000 > largestBrain
    }
  }

  /// The brain on the grid of the first scan: where the mean of its probabilities in all scans exceeds a
  /// half, the largest part that hangs together, without holes.
  ///
  /// - Throws: ``SegmentationError/emptyMask(_:)`` where there is none; whatever keeps a scan from being
  ///   segmented.
  public func brain(in scans: [Volume]) throws -> Mask {
    guard let grid = scans.first?.geometry else {
      throw SegmentationError.emptyMask("there is no scan to find the brain in")
    }
    let workers = segmenter.options.workers
    var sum = Volume(geometry: grid)
    for scan in scans {
      for number in 0..<scan.channels {
        let found = try segmenter.segment([scan.channel(number)])
        guard let all = found.probabilities else { continue }
        var probability = try all.channel(1)
        if !probability.geometry.matches(grid) {
          probability = probability.resampled(to: grid, by: .linear, workers: workers)
        }
        for index in sum.samples.indices { sum.samples[index] += probability.samples[index] }
      }
    }
    let half = Float(scans.reduce(0) { $0 + $1.channels }) / 2
    let mask = try Mask(geometry: grid, voxels: sum.samples.map { $0 > half })
      .largestComponent(.faces).fillingHoles()
    guard !mask.isEmpty else {
      throw SegmentationError.emptyMask(
        "no brain was found in the scans; give --mask, or --skull-strip never")
    }
    return mask
  }
}
