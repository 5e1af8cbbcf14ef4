import CNIfTI
import Parallel
import Volumes

/// Writing of NIfTI-1, and of NIfTI-2 where the input was that or an axis exceeds 32767.
enum NIfTIWriter {
  /// The bytes of a single file, not compressed.
  ///
  /// - Parameter labels: the names of labels where the image is a segmentation, else nil.
  static func bytes(
    _ volume: Volume, type: StoredType, labels: LabelTable?, like reference: ImageHeader?,
    path: String, workers: Workers
  ) throws(VolumeIOError) -> [UInt8] {
    let isLong = volume.geometry.size.max() > 32767 || volume.channels > 32767
    let version = reference?.format == .nifti2 || isLong ? 2 : 1
    var header = header(for: volume, isSegmentation: labels != nil, like: reference)
    if let labels, !labels.entries.isEmpty {
      header.extensions.append(NIfTILabels.makeExtension(labels))
    }
    setType(type, in: &header)
    return try SampleEncoder.encode(
      volume.samples, as: type, after: serialize(&header, version: version), path: path,
      workers: workers)
  }

  private static func header(
    for volume: Volume, isSegmentation: Bool, like reference: ImageHeader?
  ) -> NIfTIHeader {
    let geometry = volume.geometry
    let source = reference?.nifti
    var header = source ?? NIfTIHeader(fields: nifti_2_header())
    let isSameGrid = source != nil && reference?.geometry == geometry
    if !isSameGrid {
      let code = source.map {
        $0.fields.sform_code != 0 ? $0.fields.sform_code : $0.fields.qform_code
      }
      header.setGeometry(
        geometry, code: code.flatMap { $0 != 0 ? $0 : nil } ?? NIFTI_XFORM_SCANNER_ANAT)
      header.fields.slice_start = 0
      header.fields.slice_end = 0
      header.fields.slice_code = 0
      header.fields.slice_duration = 0
      header.fields.dim_info = 0
    }
    let size = [geometry.size.x, geometry.size.y, geometry.size.z]
    if !isSameGrid || reference?.channels != volume.channels {
      header.setDimensions(volume.channels == 1 ? size : size + [volume.channels])
      header.fields.pixdim.4 = 1
      header.fields.toffset = 0
      header.fields.xyzt_units &= 0x07
      header.fields.intent_code = 0
      header.fields.intent_name = nifti_2_header().intent_name
    }
    // What was said of the values of the input need not hold for those of the output.
    header.fields.cal_min = 0
    header.fields.cal_max = 0
    header.fields.scl_slope = 1
    header.fields.scl_inter = 0
    if isSegmentation {
      // A segmentation repeats the place of its scan, not the texts, which may name a patient.
      header.extensions = []
      header.fields.descrip = nifti_2_header().descrip
      header.fields.aux_file = nifti_2_header().aux_file
      header.fields.intent_name = nifti_2_header().intent_name
      header.fields.intent_code = NIFTI_INTENT_LABEL
    }
    return header
  }

  private static func setType(_ type: StoredType, in header: inout NIfTIHeader) {
    header.fields.bitpix = Int16(type.byteCount * 8)
    let code =
      switch type {
      case .int8: NIFTI_TYPE_INT8
      case .uint8: NIFTI_TYPE_UINT8
      case .int16: NIFTI_TYPE_INT16
      case .uint16: NIFTI_TYPE_UINT16
      case .int32: NIFTI_TYPE_INT32
      case .uint32: NIFTI_TYPE_UINT32
      case .int64: NIFTI_TYPE_INT64
      case .uint64: NIFTI_TYPE_UINT64
      case .float32: NIFTI_TYPE_FLOAT32
      case .float64: NIFTI_TYPE_FLOAT64
      }
    header.fields.datatype = Int16(code)
  }

  /// The bytes before the voxels: header, flag and extensions, little endian.
  private static func serialize(_ header: inout NIfTIHeader, version: Int) -> [UInt8] {
    var rest: [UInt8] = [header.extensions.isEmpty ? 0 : 1, 0, 0, 0]
    for item in header.extensions {
      // The size counts its own 8 bytes and is a multiple of 16.
      let size = (item.content.count + 8 + 15) / 16 * 16
      withUnsafeBytes(of: Int32(size).littleEndian) { rest += $0 }
      withUnsafeBytes(of: item.code.littleEndian) { rest += $0 }
      rest += item.content + [UInt8](repeating: 0, count: size - 8 - item.content.count)
    }
    let headerSize = version == 1 ? 348 : 540
    header.fields.vox_offset = Int64(headerSize + rest.count)
    let isHostBigEndian = UInt16(bigEndian: 1) == 1
    if version == 1 {
      var old = header.narrowed
      if isHostBigEndian { swap_nifti_header(&old, 1) }
      return withUnsafeBytes(of: old) { Array($0) } + rest
    }
    var fields = header.fields
    fields.sizeof_hdr = 540
    fields.magic = (110, 43, 50, 0, 13, 10, 26, 10)  // n+2, and line ends that transfers break
    if isHostBigEndian { swap_nifti_header(&fields, 2) }
    return withUnsafeBytes(of: fields) { Array($0) } + rest
  }
}

extension NIfTIHeader {
  /// Sets the rank and the sizes of the axes, those beyond the rank to 1.
  mutating func setDimensions(_ sizes: [Int]) {
    let padded = [sizes.count] + sizes + [Int](repeating: 1, count: 7 - sizes.count)
    withUnsafeMutableBytes(of: &fields.dim) { dim in
      for (n, size) in padded.enumerated() {
        dim.bindMemory(to: Int64.self)[n] = Int64(size)
      }
    }
  }
}
