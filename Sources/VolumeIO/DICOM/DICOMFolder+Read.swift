import Foundation
public import Parallel
import Volumes

extension DICOMFolder {
  /// Reads a volume.
  ///
  /// Channels are time points, echoes or b-values. A tilt of the gantry is undone by linear
  /// interpolation within slices. In CT pixels that are marked as padding get the lowest value of
  /// the others.
  ///
  /// - Parameter workers: the threads that decode slices.
  /// - Throws: ``VolumeIOError`` for a series that is no regular stack of slices, damaged pixels, or
  ///   PET images without what the uptake value needs.
  public func read(
    _ series: DICOMSeries, options: DICOMOptions = DICOMOptions(), workers: Workers = .all
  ) throws(VolumeIOError) -> ImageFile {
    let (stack, geometry) = try layout(of: series, options)
    let scale = try uptakeFactor(series, options)
    var samples = try Decoder(series: series, stack: stack, scale: scale).samples(workers)
    if !stack.isComplete { samples = stack.filled(samples) }
    var target = geometry
    if stack.shear != .zero {
      (samples, target) = try straightened(samples, stack, geometry)
    }
    let header = header(series, stack, target, scale)
    do {
      return ImageFile(
        volume: try Volume(geometry: target, channels: stack.channels, samples: samples),
        header: header)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
  }

  /// All but the voxels.
  func readHeader(
    _ series: DICOMSeries, options: DICOMOptions
  ) throws(VolumeIOError) -> ImageHeader {
    let (stack, geometry) = try layout(of: series, options)
    let scale = try uptakeFactor(series, options)
    let target = stack.shear == .zero ? geometry : try straightening(stack, geometry).geometry
    return header(series, stack, target, scale)
  }

  private func layout(
    of series: DICOMSeries, _ options: DICOMOptions
  ) throws(VolumeIOError) -> (SliceStack, Geometry) {
    if !options.allowMissing, let file = damaged.first(where: { $0.mayBelong(to: series) }) {
      throw .unsupported(
        path: path,
        found: "a file that \(file.series == nil ? "may be" : "is") a slice of series "
          + "\(series.label) cannot be read: \(file.error)",
        remedy: "or give --allow-missing to leave it out")
    }
    guard series.isVolume else {
      throw .unsupported(
        path: path, found: "series \(series.label): \(series.problem ?? "no volume")",
        remedy: "name CT, MR or PET images with their place in the patient")
    }
    let stack: SliceStack
    do {
      stack = try SliceStack(
        series.slices, series.instances, allowMissing: options.allowMissing)
    } catch {
      throw .unsupported(
        path: path, found: "series \(series.label): \(error.found)", remedy: error.remedy)
    }
    do throws(VolumeError) {
      let geometry = try stack.geometry()
      try DICOMFolder.checkMemory(geometry, channels: stack.channels)
      return (stack, geometry)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
  }

  /// Refuses what cannot be allocated, as damaged headers may ask for.
  static func checkMemory(_ geometry: Geometry, channels: Int) throws(VolumeError) {
    let (count, overflow) = geometry.voxelCount.multipliedReportingOverflow(by: 4 * channels)
    guard !overflow, count <= ProcessInfo.processInfo.physicalMemory else {
      throw VolumeError.invalidGeometry(
        "\(channels) channels of \(geometry) are more than the memory of this computer holds")
    }
  }

  /// What samples are to be multiplied by.
  private func uptakeFactor(
    _ series: DICOMSeries, _ options: DICOMOptions
  ) throws(VolumeIOError) -> Double {
    guard let uptake = options.uptake else { return 1 }
    let facts = series.instances.compactMap { instance -> UptakeFacts? in
      guard case .value(let image) = instance.image else { return nil }
      return image.uptake
    }
    guard let first = UptakeFacts.earliest(facts) else {
      throw .unsupported(
        path: path, found: "images of modality \(series.modality)",
        remedy: "uptake values are only those of PET (PT)")
    }
    switch first.factor(uptake) {
    case .value(let factor): return factor
    case .problem(let problem):
      throw .unsupported(
        path: path, found: "uptake values cannot be computed: \(problem)",
        remedy: "read the values as they are, and scale them with what you know")
    }
  }

  private func header(
    _ series: DICOMSeries, _ stack: SliceStack, _ geometry: Geometry, _ scale: Double
  ) -> ImageHeader {
    let slices = stack.places.joined()
    let first = slices.first!
    let isUniform = slices.allSatisfy {
      $0.frame.slope == first.frame.slope && $0.frame.intercept == first.frame.intercept
    }
    // The series has an image, since it has slices.
    guard case .value(let image) = series.instances[first.instance].image else {
      preconditionFailure()
    }
    let isOnly = self.series.count(where: \.isVolume) == 1
    return ImageHeader(
      path: isOnly ? path : "\(path)#\(series.label)", format: .dicom,
      storedType: image.pixels.storedType,
      isCompressed: image.pixels.isCompressed, isBigEndian: image.pixels.isBigEndian,
      slope: isUniform ? first.frame.slope * scale : 1,
      intercept: isUniform ? first.frame.intercept * scale : 0, geometry: geometry,
      channels: stack.channels, labelTables: [], nifti: nil,
      space: DICOMSpace(
        framesOfReference: Set(
          Set(slices.map(\.instance)).compactMap { series.instances[$0].frameOfReference }),
        series: series.uid.isEmpty ? [] : [series.uid]),
      warnings: warnings(series, stack))
  }

  /// What was left out or made up.
  private func warnings(_ series: DICOMSeries, _ stack: SliceStack) -> [String] {
    var warnings = damageWarnings(for: series)
    let made = stack.taps.count { $0.fraction != 0 }
    if made > 0 {
      warnings.append(
        "missing or uneven slices of series \(series.label): \(made) of \(stack.sliceCount) are "
          + "interpolated")
    }
    let unused = series.slices.count - stack.places.count * stack.channels
    if unused > 0 {
      warnings.append("images that series \(series.label) has twice: \(unused) left out")
    }
    return warnings
  }

  /// Tells of files that cannot be read.
  ///
  /// - Parameter series: the series that is read, or nil for a mask.
  func damageWarnings(for series: DICOMSeries?) -> [String] {
    let shown = damaged.prefix(4).map { file -> String in
      let kind =
        file.series.map { $0 == series?.uid ? "of this series" : "of series \($0)" }
        ?? "that does not tell its series"
      return "a file \(kind) is left out: \(file.error)"
    }
    return shown
      + (damaged.count > 4 ? ["\(damaged.count - 4) more files cannot be read"] : [])
  }
}

/// Decodes the slices of a stack.
private struct Decoder: Sendable {
  /// Frames of one file, and the slices that are to be cut from each.
  struct Unit: Sendable {
    let instance: DICOMInstance
    let pixels: DICOMPixels
    var frames: [(index: Int, parts: [Part])]
  }

  struct Part: Sendable {
    let frame: DICOMFrame
    /// Where its samples start in the result.
    let offset: Int
  }

  private let units: [Unit]
  private let sampleCount: Int
  private let scale: Double

  init(series: DICOMSeries, stack: SliceStack, scale: Double) {
    self.scale = scale
    let area = stack.columns * stack.rows
    sampleCount = area * stack.places.count * stack.channels
    var parts: [Int: [Int: [Part]]] = [:]
    for (place, slices) in stack.places.enumerated() {
      for (channel, slice) in slices.enumerated() {
        let offset = (channel * stack.places.count + place) * area
        parts[slice.instance, default: [:]][slice.frame.index, default: []].append(
          Part(frame: slice.frame, offset: offset))
      }
    }
    // Opening a file of many frames takes long, so that each thread takes many of them.
    let framesOfUnit = 64
    units = parts.keys.sorted().flatMap { index -> [Unit] in
      guard case .value(let image) = series.instances[index].image else { return [] }
      let frames = parts[index]!.keys.sorted().map { (index: $0, parts: parts[index]![$0]!) }
      return stride(from: 0, to: frames.count, by: framesOfUnit).map { start in
        Unit(
          instance: series.instances[index], pixels: image.pixels,
          frames: Array(frames[start..<min(frames.count, start + framesOfUnit)]))
      }
    }
  }

  /// The true values, the channel slowest.
  func samples(_ workers: Workers) throws(VolumeIOError) -> [Float] {
    let failures = Locked<[Int: VolumeIOError]>([:])
    let paddedUnits = Locked(0)
    let (units, count) = (units, sampleCount)
    var samples = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      HugePages.advise(UnsafeMutableRawBufferPointer(buffer))
      nonisolated(unsafe) let target = buffer.baseAddress!
      workers.forEach(units.count) { index, _ in
        do throws(VolumeIOError) {
          if try decode(units[index], into: target) { paddedUnits.withLock { $0 += 1 } }
        } catch {
          failures.withLock { $0[index] = error }
        }
      }
      // Where some unit failed the samples are not used.
      filled = failures.withLock { $0.isEmpty } ? count : 0
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    if paddedUnits.withLock({ $0 }) > 0 {
      // Where all is padding there is no other value.
      let lowest = samples.lazy.filter { !$0.isNaN }.min() ?? 0
      samples.withUnsafeMutableBufferPointer { samples in
        for index in samples.indices where samples[index].isNaN { samples[index] = lowest }
      }
    }
    return samples
  }

  /// Decodes a file; returns whether some of its pixels may be padding.
  private func decode(
    _ unit: Unit, into target: UnsafeMutablePointer<Float>
  ) throws(VolumeIOError) -> Bool {
    let byteCount = unit.pixels.frameByteCount
    let file = try DICOMFile(unit.instance.source)
    let change = VolumeIOError.unreadable(
      path: file.path, reason: "it changed while it was read; read it again once it is complete")
    guard case .value(let pixels) = DICOMPixels.read(file), pixels == unit.pixels else {
      throw change
    }
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: byteCount + byteCount % 2, alignment: 16)
    defer { scratch.deallocate() }
    for frame in unit.frames {
      try file.readFrame(frame.index, byteCount: byteCount, into: scratch)
      for part in frame.parts {
        pixels.decode(
          UnsafeRawBufferPointer(scratch), tile: part.frame.tile,
          slope: part.frame.slope * scale, intercept: part.frame.intercept * scale,
          into: target + part.offset)
      }
    }
    guard FileStamp(unit.instance.source) == unit.instance.stamp else { throw change }
    return pixels.padding != nil
  }
}
