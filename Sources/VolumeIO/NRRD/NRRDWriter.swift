import Volumes

/// Writing of NRRD, compressed, in LPS as 3D Slicer does it.
enum NRRDWriter {
  /// The lines of the header, with the empty one that ends it where the voxels are attached.
  ///
  /// - Parameter dataFile: the name of the voxels' file, or nil where they follow.
  static func header(
    _ volume: Volume, type: StoredType, labels: LabelTable?, isSegmentation: Bool,
    dataFile: String?
  ) -> String {
    let affine = volume.geometry.affine
    let size = volume.geometry.size
    let hasChannels = volume.channels > 1
    func lps(_ vector: SIMD3<Double>) -> String {
      // 0 - x, since -0.0 reads oddly.
      "(\(0 - vector.x),\(0 - vector.y),\(vector.z))"
    }
    var lines = """
      NRRD0005
      type: \(name(of: type))
      dimension: \(hasChannels ? 4 : 3)
      space: left-posterior-superior
      sizes: \(size.x) \(size.y) \(size.z)\(hasChannels ? " \(volume.channels)" : "")
      space directions: \(lps(affine.i)) \(lps(affine.j)) \(lps(affine.k))\
      \(hasChannels ? " none" : "")
      kinds: domain domain domain\(hasChannels ? " list" : "")
      endian: little
      encoding: gzip
      space origin: \(lps(affine.origin))

      """
    if let dataFile { lines += "data file: \(dataFile)\n" }
    if let labels, isSegmentation || !labels.entries.isEmpty {
      lines += NRRDSegments.lines(labels, volume)
    }
    return dataFile == nil ? lines + "\n" : lines
  }

  private static func name(of type: StoredType) -> String {
    switch type {
    case .int8: "signed char"
    case .uint8: "unsigned char"
    case .int16: "short"
    case .uint16: "unsigned short"
    case .int32: "int"
    case .uint32: "unsigned int"
    case .int64: "long long int"
    case .uint64: "unsigned long long int"
    case .float32: "float"
    case .float64: "double"
    }
  }
}
