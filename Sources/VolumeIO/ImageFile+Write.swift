public import Parallel
public import Volumes

extension ImageFile {
  /// Writes a scan, in the format that the path's suffix names: `.nii`,
  /// `.nii.gz`, `.nrrd`, `.nhdr`, `.mha` or `.mhd`; the last four are compressed.
  ///
  /// The file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - type: the type of the stored samples. Integer types get the nearest integer. By default
  ///     the integer type of `reference` where it holds each sample exactly; of true values of DICOM
  ///     int16 where that does; else float32.
  ///   - reference: the header of the input, of which a NIfTI output on the same grid repeats
  ///     all that describes place, time and origin: its affine is the same to the last bit.
  /// - Throws: ``VolumeIOError`` for a suffix that is not known, a sample that the type cannot hold,
  ///   or a place that cannot be written.
  public static func write(
    _ volume: Volume, to path: String, type: StoredType? = nil, like reference: ImageHeader? = nil,
    workers: Workers = .all
  ) throws(VolumeIOError) {
    var chosen = type ?? .float32
    if type == nil, let reference, reference.storedType.isInteger {
      // Unsigned values with a negative intercept, as in CT, are signed once it is applied.
      let types = [reference.storedType] + (reference.format == .dicom ? [.int16] : [])
      chosen =
        types.first { SampleEncoder.fits(volume.samples, $0, workers: workers) } ?? .float32
    }
    try write(
      volume, type: chosen, labels: nil, like: reference, to: path, workers: workers)
  }

  /// Writes a segmentation with the names of its labels, which a MetaImage cannot hold.
  ///
  /// - Parameters:
  ///   - type: the type of the stored labels; by default uint8 where it holds them, else uint16.
  ///   - reference: the header of the scan that was segmented, whose place a NIfTI output on the
  ///     same grid repeats to the last bit. Texts of the header, which may name a patient, are not
  ///     repeated.
  /// - Throws: ``VolumeIOError`` as ``write(_:to:type:like:workers:)-(Volume,_,_,_,_)`` does.
  public static func write(
    _ labelMap: LabelMap, to path: String, type: StoredType? = nil,
    like reference: ImageHeader? = nil, workers: Workers = .all
  ) throws(VolumeIOError) {
    let largest = labelMap.voxels.max() ?? 0
    let volume: Volume
    let samples = [Float](unsafeUninitializedCapacity: labelMap.voxels.count) { samples, filled in
      filled = labelMap.voxels.count
      labelMap.voxels.withUnsafeBufferPointer { voxels in
        nonisolated(unsafe) let (samples, voxels) = (samples, voxels)
        workers.forEachRange(of: voxels.count, chunk: 1 << 18) { range, _ in
          for index in range { samples.initializeElement(at: index, to: Float(voxels[index])) }
        }
      }
    }
    do {
      volume = try Volume(geometry: labelMap.geometry, samples: samples)
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
    try write(
      volume, type: type ?? (largest < 256 ? .uint8 : .uint16), labels: labelMap.table,
      like: reference, to: path, workers: workers)
  }

  private static func write(
    _ volume: Volume, type: StoredType, labels: LabelTable?, like reference: ImageHeader?,
    to path: String, workers: Workers
  ) throws(VolumeIOError) {
    let name = path.lowercased()
    if name.hasSuffix(".nii") || name.hasSuffix(".nii.gz") {
      let bytes = try NIfTIWriter.bytes(
        volume, type: type, labels: labels, like: reference, path: path, workers: workers)
      try AtomicFile.write(
        name.hasSuffix(".gz") ? Deflater.deflate(bytes, envelope: .gzip) : bytes, to: path)
    } else if name.hasSuffix(".nrrd") || name.hasSuffix(".nhdr") {
      let dataFile = name.hasSuffix(".nhdr") ? partner(of: path, "raw.gz") : nil
      let header = NRRDWriter.header(
        volume, type: type, labels: labels, isSegmentation: name.hasSuffix(".seg.nrrd"),
        dataFile: dataFile?.name)
      let bytes = try SampleEncoder.encode(
        volume.samples, as: type, after: [], path: path, workers: workers)
      try write(header, Deflater.deflate(bytes, envelope: .gzip), to: path, dataFile?.path)
    } else if name.hasSuffix(".mha") || name.hasSuffix(".mhd") {
      let dataFile = name.hasSuffix(".mhd") ? partner(of: path, "zraw") : nil
      let bytes = try SampleEncoder.encode(
        MetaImageWriter.interleaved(volume), as: type, after: [], path: path, workers: workers)
      let voxels = Deflater.deflate(bytes, envelope: .zlib)
      let header = MetaImageWriter.header(
        volume, type: type, compressedByteCount: voxels.count, dataFile: dataFile?.name)
      try write(header, voxels, to: path, dataFile?.path)
    } else {
      throw .unknownFormat(
        path: path,
        remedy: "write to a name that ends in .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd")
    }
  }

  /// Writes voxels after their header, or before it into a file of their own.
  private static func write(
    _ header: String, _ voxels: [UInt8], to path: String, _ dataPath: String?
  ) throws(VolumeIOError) {
    if let dataPath {
      try AtomicFile.write(voxels, to: dataPath)
      try AtomicFile.write(Array(header.utf8), to: path)
    } else {
      try AtomicFile.write(Array(header.utf8) + voxels, to: path)
    }
  }

  /// The path and the name of the voxels' file beside a header: the same with another suffix.
  private static func partner(of path: String, _ suffix: String) -> (path: String, name: String) {
    let partner = "\(path.prefix(upTo: path.lastIndex(of: ".") ?? path.endIndex)).\(suffix)"
    let start = partner.lastIndex(of: "/").map { partner.index(after: $0) } ?? partner.startIndex
    return (partner, String(partner[start...]))
  }
}
