public import Parallel
public import Volumes

/// An image file that has been read: its voxels as true values, and its header.
public struct ImageFile: Sendable {
  /// The samples and where they lie.
  public let volume: Volume
  /// What the file says besides, which outputs on the same grid repeat.
  public let header: ImageHeader

  /// Reads an image of any known format, which is told by the content of the file.
  ///
  /// Channels are the axis beyond the third that is longer than 1: time, modality or component.
  /// Of a pair of files either may be named. A folder is read as a DICOM series; `FOLDER#SERIES`
  /// names one of several. The channels of a DICOM segmentation are its layers
  /// (``SegmentSet/layers``).
  ///
  /// - Parameters:
  ///   - dicom: what is wanted of DICOM images.
  ///   - workers: the threads that convert samples.
  /// - Throws: ``VolumeIOError`` for a file that cannot be read, is damaged, or holds what is not
  ///   taken: colours, complex numbers, several axes beyond the third; for a folder with several
  ///   series of which none is chosen.
  public static func read(
    _ path: String, dicom: DICOMOptions = DICOMOptions(), workers: Workers = .all
  ) throws(VolumeIOError) -> ImageFile {
    try ImageOrMask.read(path, dicom: dicom, workers: workers).image(workers)
  }

  /// Reads an image from memory; `name` is what errors call it.
  ///
  /// - Throws: ``VolumeIOError`` as ``read(_:workers:)`` does, and for a header whose voxels are in
  ///   another file.
  public static func read(
    bytes: [UInt8], name: String, workers: Workers = .all
  ) throws(VolumeIOError) -> ImageFile {
    try ImageOrMask.read(
      InputFile(bytes: bytes, path: name), dicom: DICOMOptions(), prefersMasks: false,
      workers: workers
    ).image(workers)
  }

  /// Reads all but the voxels.
  ///
  /// - Throws: ``VolumeIOError`` as ``read(_:workers:)`` does, but for damage among the voxels.
  public static func readHeader(
    _ path: String, dicom: DICOMOptions = DICOMOptions()
  ) throws(VolumeIOError) -> ImageHeader {
    let (path, series) = DICOMPaths.divided(path)
    let dicom = dicom.with(series: series)
    if DICOMPaths.isFolder(path) { return try readHeader(DICOMFolder(path), dicom) }
    switch try parse(try InputFile(path: path)) {
    case .parsed(let image): return image.header
    case .dicom(let source):
      let stamp = FileStamp(source)
      let file = try DICOMFile(source)
      if let mask = try DICOMMask(file, source) { return try ImageFile(mask.segments()).header }
      return try readHeader(DICOMFolder(file, source, stamp, workers: .all), dicom)
    }
  }

  private static func readHeader(
    _ folder: DICOMFolder, _ dicom: DICOMOptions
  ) throws(VolumeIOError) -> ImageHeader {
    switch try folder.choice(dicom, prefersMasks: false) {
    case .series(let series): return try folder.readHeader(series, options: dicom)
    case .mask(let mask): return try readHeader(mask.path)
    }
  }

  /// Reads a segmentation of one channel.
  ///
  /// - Throws: ``VolumeIOError`` as ``read(_:workers:)`` does, and for samples that are not labels
  ///   or several channels, such as the overlapping segments of a `.seg.nrrd`.
  public static func readLabelMap(
    _ path: String, workers: Workers = .all
  ) throws(VolumeIOError) -> LabelMap {
    switch try ImageOrMask.read(path, prefersMasks: true, workers: workers) {
    case .image(let image): return try image.labelMap()
    case .mask(let mask, _): return try mask.segments(workers: workers).labelMap()
    }
  }

  /// Segments as an image whose channels are their layers.
  ///
  /// - Throws: ``VolumeIOError/malformed(path:reason:)`` where they are too large.
  public init(_ segments: SegmentSet) throws(VolumeIOError) {
    let layers = segments.layers
    let count = segments.geometry.voxelCount
    let samples = [Float](unsafeUninitializedCapacity: count * layers.count) { samples, filled in
      for (layer, labels) in layers.enumerated() {
        for index in 0..<count { samples[layer * count + index] = Float(labels.voxels[index]) }
      }
      filled = count * layers.count
    }
    do {
      volume = try Volume(
        geometry: segments.geometry, channels: layers.count, samples: samples)
    } catch {
      throw .malformed(path: segments.path, reason: error.description)
    }
    let isSmall = segments.segments.allSatisfy { $0.label < 256 }
    header = ImageHeader(
      path: segments.path, format: .dicom, storedType: isSmall ? .uint8 : .uint16,
      isCompressed: false, isBigEndian: false, slope: 1, intercept: 0,
      geometry: segments.geometry, channels: layers.count, labelTables: layers.map(\.table),
      nifti: nil)
  }

  init(volume: Volume, header: ImageHeader) {
    self.volume = volume
    self.header = header
  }

  /// The image as a segmentation.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` for samples that are not labels or
  ///   several channels.
  public func labelMap() throws(VolumeIOError) -> LabelMap {
    guard volume.channels == 1 else {
      throw .unsupported(
        path: header.path, found: "\(volume.channels) channels or layers of labels",
        remedy: "a label map has one; split the file, or merge its segments into one layer")
    }
    return try labelMaps()[0]
  }

  /// Each channel as a segmentation of its own: the layers of overlapping segments.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` for samples that are not labels.
  public func labelMaps() throws(VolumeIOError) -> [LabelMap] {
    do {
      var maps: [LabelMap] = []
      for channel in 0..<volume.channels {
        let table = header.labelTables.isEmpty ? LabelTable() : header.labelTables[channel]
        let layer = volume.channels == 1 ? volume : try volume.channel(channel)
        maps.append(try LabelMap(layer, table: table))
      }
      return maps
    } catch {
      if case .invalidLabel(let value, let remedy) = error {
        throw .unsupported(
          path: header.path, found: "a voxel of \(value), which is no label (0 to 65535)",
          remedy: remedy)
      }
      throw .malformed(path: header.path, reason: error.description)
    }
  }

  /// A file whose format is known.
  enum Known {
    case parsed(ParsedImage)
    case dicom(DICOMSource)
  }

  /// Tells the format and reads the header.
  static func parse(_ file: InputFile) throws(VolumeIOError) -> Known {
    // The voxels' file of a pair can hold anything; its header tells.
    if let header = NIfTIReader.headerFile(beside: file) {
      let content = try InputContent(header)
      if let kind = NIfTIHeader.kind(of: try content.prefix(540)) {
        return .parsed(try NIfTIReader.parse(content, kind: kind, voxelFile: file))
      }
    }
    guard file.count > 0 else {
      throw .malformed(path: file.path, reason: "the file is empty")
    }
    let content = try InputContent(file)
    let start = try content.prefix(1024)
    if let kind = NIfTIHeader.kind(of: start) {
      return .parsed(try NIfTIReader.parse(content, kind: kind))
    }
    if content.envelope == nil, NRRDHeader.isMagic(start) {
      return .parsed(try NRRDReader.parse(content))
    }
    if content.envelope == nil, MetaImageReader.isMagic(start) {
      return .parsed(try MetaImageReader.parse(content))
    }
    let known = "expected NIfTI (.nii, .nii.gz, .hdr and .img), NRRD, MetaImage or DICOM"
    if NIfTIHeader.looksLikeAnalyze(start) {
      throw .unsupported(
        path: file.path, found: "an ANALYZE 7.5 header, which does not say left from right",
        remedy: "convert it to NIfTI with a tool that you can tell the orientation")
    }
    if content.envelope == nil, DICOMSource.isDICOM(start) {
      return .dicom(DICOMSource(path: file.path, bytes: file.memory))
    }
    if content.envelope != nil, start.isEmpty {
      throw .malformed(
        path: file.path, reason: "the compressed data is corrupt from its start; copy it again")
    }
    throw .unknownFormat(path: file.path, remedy: known)
  }
}
