internal import ConvNet
public import Parallel
public import Volumes

/// Segments scans with a model.
///
/// A segmenter keeps the network's packed weights and working memory from one patient to the next.
/// The result is the same to the last bit for any number of threads.
public struct Segmenter: Sendable {
  /// How to go about it.
  public struct Options: Sendable, Hashable {
    /// The threads.
    public var workers = Workers.all
    /// The most bytes for feature maps.
    public var memory = 1 << 30
    /// Lets the network see the scan as if in tiles whose output has so many voxels along each axis,
    /// from voxel (0, 0, 0) on, or in one stream where 0; as the model says where nil. For models of
    /// the kind "streamed" only.
    public var tile: Int?
    /// Whether windows are also seen mirrored, where the model does so.
    public var mirrors = true
    /// Whether convolutions are computed by their definition only.
    public var strict = false
    /// Whether ``Segmentation/probabilities`` are wanted.
    public var keepsProbabilities = false
    /// Whether only the largest connected component (26 neighbours, all labels together) stays.
    public var keepsLargestOnly = false
    /// Connected components (26 neighbours, all labels together) of less than so many millilitres
    /// become background; as the model says where nil.
    public var smallestLesion: Double?

    /// Makes the usual options; set the rest.
    public init() {}
  }

  /// The model.
  public let model: Model
  /// How to go about it.
  public let options: Options
  private let executor: Executor
  /// In millilitres.
  private let smallestLesion: Double
  /// The extent of tiles, where there are any.
  private let tile: Int?
  /// For tiles, the network cut where its pathways join.
  private let branched: BranchedNetwork?

  /// - Throws: ``SegmentationError/option(found:expected:)`` where the options do not suit the model;
  ///   ``ConvNetError`` where the network cannot be computed on this machine.
  public init(_ model: Model, options: Options = Options()) throws {
    self.model = model
    self.options = options
    if let tile = options.tile {
      guard case .streamed = model.inference else {
        throw SegmentationError.option(
          found: "a tile size", expected: "none: the model has windows of its own")
      }
      guard 0...512 ~= tile else {
        throw SegmentationError.option(
          found: "tiles of \(tile) voxels", expected: "1 to 512 voxels, or 0 for one stream")
      }
    }
    smallestLesion = options.smallestLesion ?? model.output.smallestLesion ?? 0
    guard smallestLesion >= 0, smallestLesion.isFinite else {
      throw SegmentationError.option(
        found: "a smallest lesion of \(smallestLesion) ml", expected: "0 ml or more")
    }
    let computing = Executor.Options(strict: options.strict)
    executor = try Executor(model.network, options: computing)
    if case .streamed(_, let usual) = model.inference, let tile = options.tile ?? usual, tile > 0 {
      self.tile = tile
      branched = try BranchedNetwork(model.network, tile: tile, options: computing)
    } else {
      tile = nil
      branched = nil
    }
  }

  /// Segments one patient's scans.
  ///
  /// - Parameters:
  ///   - scans: one scan for each channel of the model, in its order, nil for an optional one that was
  ///     not made; or one with all channels. Those on another grid than the first are resampled to it; voxels that are NaN or infinite count as
  ///     0; ``Segmentation/warnings`` tell of both.
  ///   - mask: the brain; the voxels that are not zero in some channel where nil.
  ///   - progress: is told the finished fraction, ascending to 1.
  /// - Throws: ``SegmentationError``, ``VolumeError`` or ``ConvNetError``, whatever keeps the scans
  ///   from being segmented.
  public func segment(
    _ scans: [Volume?], mask: Mask? = nil, progress: (Double) -> Void = { _ in }
  ) throws -> Segmentation {
    let workers = options.workers
    let prepared = try PreparedScans(scans, mask: mask, model: model, workers: workers)
    // The grid of the input, but with the axes of the network's grid.
    var targetMask = prepared.originalMask
    if model.preprocessing.axes == .ras { targetMask = targetMask.reoriented(to: .ras) }
    let isResampled = !targetMask.geometry.matches(prepared.mask.geometry)

    var result = try ResultGrid(
      output: model.output, labels: model.labels, mask: prepared.mask,
      keepsProbabilities: options.keepsProbabilities || isResampled)
    switch model.inference {
    case .streamed(let alignment, _):
      let inference = try StreamedInference(
        executor: executor, alignment: alignment, memory: options.memory, workers: workers)
      if let tile {
        try inference.runTiles(
          of: tile, branched: branched, on: prepared, into: &result, progress: progress)
      } else {
        try inference.run(on: prepared, into: &result, progress: progress)
      }
    case .windows(let patch, let step, let gaussian, let mirror):
      try WindowedInference(
        executor: executor, patch: Triple(patch[0], patch[1], patch[2]), step: step,
        gaussian: gaussian, mirror: options.mirrors ? mirror : [], memory: options.memory,
        workers: workers
      ).run(on: prepared, into: &result, progress: progress)
    }
    if isResampled { result = try result.resampled(to: targetMask, workers: workers) }

    let labels = try result.labels.reoriented(like: prepared.original)
    let probabilities =
      options.keepsProbabilities
      ? try result.probabilities?.reoriented(like: prepared.original) : nil
    progress(1)
    return Segmentation(
      labels: try cleaned(labels), probabilities: probabilities, mask: prepared.originalMask,
      warnings: prepared.warnings)
  }

  /// Removes what the options do not want.
  private func cleaned(_ labels: LabelMap) throws -> LabelMap {
    guard smallestLesion > 0 || options.keepsLargestOnly else { return labels }
    var kept = labels.foreground
    if smallestLesion > 0 {
      kept = kept.removingComponents(smallerThanMillilitres: smallestLesion, .corners)
    }
    if options.keepsLargestOnly { kept = kept.largestComponent(.corners) }
    return try labels.masked(by: kept)
  }
}
