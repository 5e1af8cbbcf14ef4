internal import ConvNet
internal import Parallel
internal import Volumes

/// A case as the network sees it: prepared as for inference, and cut to what is needed.
struct PreparedCase: Sendable {
  let name: String
  /// The channels, all on one grid; 0 where a scan is absent.
  let channels: [Volume]
  /// The numbers of the channels that have a scan.
  let present: [Int]
  /// The class of each voxel, or ``TargetMap/ignored``.
  let classes: [UInt8]
  /// The mask.
  let mask: [Bool]
  /// The voxels of each class inside the mask; none are listed for class 0.
  let voxels: [[Int32]]

  var geometry: Geometry { channels[0].geometry }

  /// - Throws: ``SegmentationError`` or ``VolumeError``: whatever keeps the case from being used.
  init(
    _ source: TrainingCase, model: Model, classes: ClassTable, frame: SegmentFrame,
    workers: Workers
  ) throws {
    try self.init(
      name: source.name, try source.load(workers), model: model, classes: classes, frame: frame,
      workers: workers)
  }

  init(
    name: String, _ scans: LabelledScans, model: Model, classes table: ClassTable,
    frame: SegmentFrame, workers: Workers
  ) throws {
    self.name = name
    try scans.checkGrids()
    let prepared = try PreparedScans(
      scans.scans, mask: scans.mask, model: model, workers: workers)
    var labels = scans.labels
    if model.preprocessing.axes == .ras { labels = labels.reoriented(to: .ras) }
    if !labels.geometry.matches(prepared.mask.geometry) {
      labels = labels.resampledByMajority(to: prepared.mask.geometry, workers: workers)
    }
    guard let brain = prepared.mask.boundingBox else {
      throw SegmentationError.emptyMask("the mask is empty")
    }
    let box = PreparedCase.box(brain, of: prepared, frame)
    channels = try prepared.channels.map { try $0.cropped(to: box) }
    present = prepared.present
    mask = try prepared.mask.cropped(to: box).voxels
    let cut = try labels.cropped(to: box)
    classes = try table.classes(of: cut)
    var voxels = [[Int32]](repeating: [], count: table.count)
    for (index, value) in classes.enumerated()
    where value != 0 && value != TargetMap.ignored && mask[index] {
      voxels[Int(value)].append(Int32(truncatingIfNeeded: index))
    }
    self.voxels = voxels
  }

  /// What is kept of the scans. Windows never look beyond the mask's box; other networks see what lies
  /// around, or where that is all zero, one layer of it, which stands for all.
  private static func box(
    _ brain: VoxelBox, of prepared: PreparedScans, _ frame: SegmentFrame
  ) -> VoxelBox {
    guard frame.continuesEdges else { return brain }
    let whole = VoxelBox(prepared.mask.geometry)
    let isZero = prepared.channels.allSatisfy { channel in
      let inside = (try? channel.cropped(to: brain))?.samples.count { $0 != 0 }
      return inside == channel.samples.count { $0 != 0 }
    }
    let margin = isZero ? SIMD3(repeating: 1) : SIMD3(repeating: Int(UInt16.max))
    return brain.padded(by: margin).intersection(whole) ?? whole
  }
}

/// Which class a label is, as the loss counts them: that of an output, or where outputs are regions,
/// the label itself.
struct ClassTable: Sendable {
  private let classOf: [UInt16: UInt8]
  private let values: [UInt16]
  /// The number of classes, those included that no label is.
  let count: Int
  /// The labels of which each output but the background consists.
  let regions: [[UInt16]]

  /// - Parameter regions: those of the loss, in the order of the outputs, where they are regions.
  /// - Throws: ``SegmentationError/option(found:expected:)`` for outputs that are neither classes nor
  ///   these regions.
  init(_ output: Output, regions: [[UInt8]]? = nil) throws(SegmentationError) {
    if let regions {
      guard output.decision == .regions, output.values.count == regions.count,
        Set(output.values).count == output.values.count
      else {
        throw .option(
          found: "\(regions.count) regions to learn and a model whose outputs stand for the labels "
            + "\(output.values)",
          expected: "a model of regions, with a label of its own for each")
      }
      let members = Set(regions.joined()).union([0]).sorted()
      values = members.map(UInt16.init)
      classOf = Dictionary(uniqueKeysWithValues: members.map { (UInt16($0), $0) })
      count = Int(members.last ?? 0) + 1
      self.regions = regions.map { $0.map(UInt16.init) }
      return
    }
    guard output.decision != .regions, output.values.first == 0,
      Set(output.values).count == output.values.count, output.values.count <= 255
    else {
      throw .option(
        found: "a model whose outputs stand for the labels \(output.values)",
        expected: "a background, 0, and at most 254 distinct labels, of which the largest wins")
    }
    values = output.values
    count = values.count
    self.regions = values.dropFirst().map { [$0] }
    classOf = Dictionary(
      uniqueKeysWithValues: output.values.enumerated().map { ($1, UInt8($0)) })
  }

  /// - Throws: ``SegmentationError/labels(found:expected:)`` for a label that is no class.
  func classes(of labels: LabelMap) throws(SegmentationError) -> [UInt8] {
    let unknown = Set(labels.labels).subtracting(values).subtracting([LabelledScans.ignored])
    guard unknown.isEmpty else {
      throw .labels(found: unknown.sorted(), expected: values)
    }
    var table = [UInt8](repeating: 0, count: Int(UInt16.max) + 1)
    for (value, number) in classOf { table[Int(value)] = number }
    table[Int(LabelledScans.ignored)] = TargetMap.ignored
    return labels.voxels.withUnsafeBufferPointer { voxels in
      voxels.map { table[Int($0)] }
    }
  }
}
