import CNIfTI

// The header is taken apart here, by libnifti's structs and its byte swap, and not by
// nifti_image_read or nifti_convert_n1hdr2nim: those look for other files of the same base name,
// print to stderr, replace impossible spacings by 1 and put up with damaged fields.
extension NIfTIHeader {
  /// Which of the two versions, and whether the voxels are in the same file.
  struct Kind: Equatable {
    var version: Int
    var isSingleFile: Bool
    var isBigEndian: Bool

    /// The size of the header.
    var headerSize: Int { version == 1 ? 348 : 540 }
  }

  /// Tells the kind by the first bytes of a file, or nil where it is not NIfTI.
  static func kind(of bytes: [UInt8]) -> Kind? {
    guard bytes.count >= 348 else { return nil }
    let size = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    let isHostBigEndian = UInt16(bigEndian: 1) == 1
    for isSwapped in [false, true] {
      let isBigEndian = isHostBigEndian != isSwapped
      switch isSwapped ? size.byteSwapped : size {
      case 348:
        let magic = Array(bytes[344..<348])
        if magic == Array("n+1\0".utf8) {
          return Kind(version: 1, isSingleFile: true, isBigEndian: isBigEndian)
        }
        if magic == Array("ni1\0".utf8) {
          return Kind(version: 1, isSingleFile: false, isBigEndian: isBigEndian)
        }
      case 540 where bytes.count >= 540:
        let magic = Array(bytes[4..<12])
        if magic == Array("n+2\0\r\n\u{1a}\n".utf8) {
          return Kind(version: 2, isSingleFile: true, isBigEndian: isBigEndian)
        }
        if magic == Array("ni2\0\r\n\u{1a}\n".utf8) {
          return Kind(version: 2, isSingleFile: false, isBigEndian: isBigEndian)
        }
      default: continue
      }
    }
    return nil
  }

  /// Whether the bytes begin as those of an ANALYZE 7.5 header, NIfTI's forerunner.
  static func looksLikeAnalyze(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 348 else { return false }
    let size = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    return (size == 348 || size.byteSwapped == 348) && bytes[344..<348].allSatisfy { $0 == 0 }
  }

  /// Reads the fields; `bytes` hold at least the header of this kind.
  init(_ bytes: [UInt8], kind: Kind) {
    let isSwapped = kind.isBigEndian != (UInt16(bigEndian: 1) == 1)
    if kind.version == 2 {
      fields = NIfTIHeader.load(bytes)
      if isSwapped { swap_nifti_header(&fields, 2) }
    } else {
      var old: nifti_1_header = NIfTIHeader.load(bytes)
      if isSwapped { swap_nifti_header(&old, 1) }
      fields = NIfTIHeader.widen(old)
    }
  }

  private static func load<Header: BitwiseCopyable>(_ bytes: [UInt8]) -> Header {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: Header.self) }
  }

  private static func widen(_ old: nifti_1_header) -> nifti_2_header {
    var new = nifti_2_header()
    new.sizeof_hdr = old.sizeof_hdr
    new.datatype = old.datatype
    new.bitpix = old.bitpix
    withUnsafeBytes(of: old.dim) { old in
      withUnsafeMutableBytes(of: &new.dim) { new in
        for n in 0..<8 {
          new.bindMemory(to: Int64.self)[n] = Int64(old.bindMemory(to: Int16.self)[n])
        }
      }
    }
    new.intent_p1 = Double(old.intent_p1)
    new.intent_p2 = Double(old.intent_p2)
    new.intent_p3 = Double(old.intent_p3)
    widen(old.pixdim, &new.pixdim)
    // A fraction or a number beyond Int64 is seen by the reader as an impossible offset.
    new.vox_offset = Int64(exactly: old.vox_offset) ?? -1
    new.scl_slope = Double(old.scl_slope)
    new.scl_inter = Double(old.scl_inter)
    new.cal_max = Double(old.cal_max)
    new.cal_min = Double(old.cal_min)
    new.slice_duration = Double(old.slice_duration)
    new.toffset = Double(old.toffset)
    new.slice_start = Int64(old.slice_start)
    new.slice_end = Int64(old.slice_end)
    new.descrip = old.descrip
    new.aux_file = old.aux_file
    new.qform_code = Int32(old.qform_code)
    new.sform_code = Int32(old.sform_code)
    new.quatern_b = Double(old.quatern_b)
    new.quatern_c = Double(old.quatern_c)
    new.quatern_d = Double(old.quatern_d)
    new.qoffset_x = Double(old.qoffset_x)
    new.qoffset_y = Double(old.qoffset_y)
    new.qoffset_z = Double(old.qoffset_z)
    widen(old.srow_x, &new.srow_x)
    widen(old.srow_y, &new.srow_y)
    widen(old.srow_z, &new.srow_z)
    new.slice_code = Int32(old.slice_code)
    new.xyzt_units = Int32(UInt8(bitPattern: old.xyzt_units))
    new.intent_code = Int32(old.intent_code)
    new.intent_name = old.intent_name
    new.dim_info = old.dim_info
    return new
  }

  private static func widen<Old, New>(_ old: Old, _ new: inout New) {
    withUnsafeBytes(of: old) { old in
      withUnsafeMutableBytes(of: &new) { new in
        for (n, value) in old.bindMemory(to: Float.self).enumerated() {
          new.bindMemory(to: Double.self)[n] = Double(value)
        }
      }
    }
  }

  /// The header as NIfTI-1, whose sizes must fit into 16 bits.
  var narrowed: nifti_1_header {
    let new = fields
    var old = nifti_1_header()
    old.sizeof_hdr = 348
    old.regular = CChar(UInt8(ascii: "r"))
    old.datatype = new.datatype
    old.bitpix = new.bitpix
    withUnsafeBytes(of: new.dim) { new in
      withUnsafeMutableBytes(of: &old.dim) { old in
        for n in 0..<8 {
          old.bindMemory(to: Int16.self)[n] = Int16(clamping: new.bindMemory(to: Int64.self)[n])
        }
      }
    }
    old.intent_p1 = Float(new.intent_p1)
    old.intent_p2 = Float(new.intent_p2)
    old.intent_p3 = Float(new.intent_p3)
    NIfTIHeader.narrow(new.pixdim, &old.pixdim)
    old.vox_offset = Float(new.vox_offset)
    old.scl_slope = Float(new.scl_slope)
    old.scl_inter = Float(new.scl_inter)
    old.cal_max = Float(new.cal_max)
    old.cal_min = Float(new.cal_min)
    old.slice_duration = Float(new.slice_duration)
    old.toffset = Float(new.toffset)
    old.slice_start = Int16(clamping: new.slice_start)
    old.slice_end = Int16(clamping: new.slice_end)
    old.descrip = new.descrip
    old.aux_file = new.aux_file
    old.qform_code = Int16(clamping: new.qform_code)
    old.sform_code = Int16(clamping: new.sform_code)
    old.quatern_b = Float(new.quatern_b)
    old.quatern_c = Float(new.quatern_c)
    old.quatern_d = Float(new.quatern_d)
    old.qoffset_x = Float(new.qoffset_x)
    old.qoffset_y = Float(new.qoffset_y)
    old.qoffset_z = Float(new.qoffset_z)
    NIfTIHeader.narrow(new.srow_x, &old.srow_x)
    NIfTIHeader.narrow(new.srow_y, &old.srow_y)
    NIfTIHeader.narrow(new.srow_z, &old.srow_z)
    old.slice_code = CChar(clamping: new.slice_code)
    old.xyzt_units = CChar(truncatingIfNeeded: new.xyzt_units)
    old.intent_code = Int16(clamping: new.intent_code)
    old.intent_name = new.intent_name
    old.dim_info = new.dim_info
    old.magic = (110, 43, 49, 0)  // n+1
    return old
  }

  private static func narrow<New, Old>(_ new: New, _ old: inout Old) {
    withUnsafeBytes(of: new) { new in
      withUnsafeMutableBytes(of: &old) { old in
        for (n, value) in new.bindMemory(to: Double.self).enumerated() {
          old.bindMemory(to: Float.self)[n] = Float(value)
        }
      }
    }
  }
}
