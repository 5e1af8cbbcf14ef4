import Volumes

/// Writing of MetaImage, compressed, in LPS as ITK does it.
enum MetaImageWriter {
  /// The lines of the header.
  ///
  /// - Parameter dataFile: the name of the voxels' file, or nil where they follow.
  static func header(
    _ volume: Volume, type: StoredType, compressedByteCount: Int, dataFile: String?
  ) -> String {
    let geometry = volume.geometry
    let spacing = geometry.spacing
    func list(_ values: [Double]) -> String {
      values.map { "\($0)" }.joined(separator: " ")
    }
    let directions = (0..<3).flatMap { axis -> [Double] in
      let direction = geometry.affine[axis] / spacing[axis]
      // 0 - x, since -0.0 reads oddly.
      return [0 - direction.x, 0 - direction.y, direction.z]
    }
    let origin = geometry.affine.origin
    let channels =
      volume.channels > 1 ? "ElementNumberOfChannels = \(volume.channels)\n" : ""
    return """
      ObjectType = Image
      NDims = 3
      BinaryData = True
      BinaryDataByteOrderMSB = False
      CompressedData = True
      CompressedDataSize = \(compressedByteCount)
      TransformMatrix = \(list(directions))
      Offset = \(list([0 - origin.x, 0 - origin.y, origin.z]))
      CenterOfRotation = 0 0 0
      AnatomicalOrientation = \(anatomy(geometry.orientation))
      ElementSpacing = \(list([spacing.x, spacing.y, spacing.z]))
      DimSize = \(geometry.size.x) \(geometry.size.y) \(geometry.size.z)
      \(channels)ElementType = \(name(of: type))
      ElementDataFile = \(dataFile ?? "LOCAL")

      """
  }

  /// MetaImage names where an axis comes from, not where it runs to.
  private static func anatomy(_ orientation: Orientation) -> String {
    let opposite: [Character: Character] = [
      "R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S",
    ]
    return String(orientation.description.compactMap { opposite[$0] })
  }

  private static func name(of type: StoredType) -> String {
    switch type {
    case .int8: "MET_CHAR"
    case .uint8: "MET_UCHAR"
    case .int16: "MET_SHORT"
    case .uint16: "MET_USHORT"
    case .int32: "MET_INT"
    case .uint32: "MET_UINT"
    case .int64: "MET_LONG_LONG"
    case .uint64: "MET_ULONG_LONG"
    case .float32: "MET_FLOAT"
    case .float64: "MET_DOUBLE"
    }
  }

  /// The samples with the channel fastest, as ITK keeps them.
  static func interleaved(_ volume: Volume) -> [Float] {
    guard volume.channels > 1 else { return volume.samples }
    let (count, channels) = (volume.geometry.voxelCount, volume.channels)
    return [Float](unsafeUninitializedCapacity: count * channels) { buffer, filled in
      volume.samples.withUnsafeBufferPointer { samples in
        for channel in 0..<channels {
          for voxel in 0..<count {
            buffer[voxel * channels + channel] = samples[channel * count + voxel]
          }
        }
      }
      filled = count * channels
    }
  }
}
