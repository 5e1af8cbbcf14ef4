internal import Basics
public import Parallel
public import Volumes

/// A synthesised brain with tumours, as four co-registered and skull-stripped MRI scans and the
/// true label map.
///
/// Made from shapes and smooth noise by seeded arithmetic that avoids the mathematics library: the
/// same parameters give the same bits on every machine and for any number of threads. It looks like
/// a brain but is no patient's, and contrasts are typical values: for tests, demonstrations and
/// training exercises.
public struct BrainPhantom: Sendable {
  /// What to synthesise.
  public struct Parameters: Sendable, Hashable {
    /// The number of voxels along each axis, each 16 to 512.
    public var size: SIMD3<Int> = [160, 192, 144]
    /// The voxel size in millimetres, each 0.3 to 12, or nil for cubic voxels with which the head
    /// just fits the grid.
    public var spacing: SIMD3<Double>?
    /// Chooses the anatomy, the lesions, the contrasts and the noise.
    public var seed: UInt64 = 1
    /// The number of lesions, 0 to 12.
    public var lesions = 1
    /// The standard deviation of the noise in units of white matter's signal, 0 to 1.
    public var noise = 0.03

    /// The default parameters.
    public init() {}
  }

  /// What was asked for.
  public let parameters: Parameters
  /// The scans in the order of ``BrainModality``'s cases: whole numbers, 0 outside of the brain.
  public let scans: Volume
  /// 1 necrotic core, 2 oedema, 3 enhancing tumour, as in BraTS since 2023.
  public let truth: LabelMap

  /// The labels' names and colours.
  public static let labels = LabelTable([
    .init(value: 1, name: "necrotic core", color: [213, 94, 0]),
    .init(value: 2, name: "oedema", color: [86, 180, 233]),
    .init(value: 3, name: "enhancing tumour", color: [240, 228, 66]),
  ])

  /// - Throws: ``PhantomError`` for a parameter outside its range, or where the lesions do not fit.
  public init(_ parameters: Parameters, workers: Workers = .all) throws(PhantomError) {
    try parameters.check()
    self.parameters = parameters
    let geometry = try parameters.geometry()
    var random = SplitMix(state: parameters.seed)
    let scene = try Scene(parameters, geometry: geometry, random: &random)
    let imaging = BrainModality.allCases.map { Imaging($0, parameters, random: &random) }

    let count = geometry.voxelCount
    var samples = [Float](repeating: 0, count: imaging.count * count)
    var labels = [UInt16](repeating: 0, count: count)
    samples.withUnsafeMutableBufferPointer { samples in
      labels.withUnsafeMutableBufferPointer { labels in
        // Each row writes its own voxels only.
        nonisolated(unsafe) let samples = samples
        nonisolated(unsafe) let labels = labels
        workers.forEach(geometry.size.y * geometry.size.z) { row, _ in
          for i in 0..<geometry.size.x {
            let voxel = row * geometry.size.x + i
            let point = scene.position(i, row % geometry.size.y, row / geometry.size.y)
            let (tissue, lesion) = scene.mix(at: point)
            labels[voxel] = Scene.label(tissue, lesion)
            guard tissue.total + lesion.total > 0.5 else { continue }
            for (channel, modality) in imaging.enumerated() {
              samples[channel * count + voxel] = modality.sample(
                tissue, lesion, at: point, voxel: voxel)
            }
          }
        }
      }
    }
    do {
      scans = try Volume(geometry: geometry, channels: imaging.count, samples: samples)
      truth = try LabelMap(geometry: geometry, voxels: labels, table: BrainPhantom.labels)
    } catch {
      preconditionFailure("arrays made for this grid fit it: \(error)")
    }
  }

  /// One of the scans.
  public func scan(_ modality: BrainModality) -> Volume {
    let index = BrainModality.allCases.firstIndex(of: modality)!
    do {
      return try scans.channel(index)
    } catch {
      preconditionFailure("every modality has its channel: \(error)")
    }
  }
}

extension BrainPhantom.Parameters {
  func check() throws(PhantomError) {
    guard size.min() >= 16, size.max() <= 512 else {
      throw .invalidParameter(
        name: "size", found: "\(size.x)x\(size.y)x\(size.z)", expected: "16 to 512 voxels an axis")
    }
    if let spacing {
      guard (0..<3).allSatisfy({ (0.3...12).contains(spacing[$0]) }) else {
        throw .invalidParameter(
          name: "spacing", found: "\(spacing.x)x\(spacing.y)x\(spacing.z) mm",
          expected: "0.3 to 12 mm an axis")
      }
    }
    guard (0...12).contains(lesions) else {
      throw .invalidParameter(name: "number of lesions", found: "\(lesions)", expected: "0 to 12")
    }
    guard (0...1).contains(noise) else {
      throw .invalidParameter(
        name: "noise", found: "\(noise)", expected: "0 to 1 times white matter's signal")
    }
  }

  /// The grid, with axes that run to left, posterior and superior as in BraTS, around the head.
  ///
  /// - Parameter extent: what the grid holds where no spacing is given, in millimetres.
  func geometry(extent: Point = HeadAnatomy.extent) throws(PhantomError) -> Geometry {
    let cubic = max(
      extent.x / Double(size.x), extent.y / Double(size.y), extent.z / Double(size.z))
    let step = spacing ?? SIMD3(repeating: cubic)
    let half = step * SIMD3<Double>(size &- SIMD3(1, 1, 1)) / 2
    do {
      return try Geometry(
        size: size,
        affine: Affine(
          i: [-step.x, 0, 0], j: [0, -step.y, 0], k: [0, 0, step.z],
          origin: [half.x, half.y, -half.z]))
    } catch {
      throw .invalidParameter(name: "grid", found: "\(error)", expected: "another size")
    }
  }
}
