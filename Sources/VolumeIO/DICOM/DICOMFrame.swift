/// A slice of a DICOM image: where its pixels are stored, where it lies, and what it belongs to.
struct DICOMFrame: Sendable {
  /// The number of the frame in its file, from 0.
  var index: Int
  /// The part of the stored frame.
  var tile: FrameTile
  var plane: DICOMPlane
  /// True values are stored values times `slope` plus `intercept`.
  var slope: Double
  var intercept: Double
  /// The kind of image, such as magnitude or phase.
  var imageType: String
  var channel: ChannelKey
  /// The order of acquisition within equal keys.
  var order: FrameOrder
  /// The distance to the next slice or the thickness where the file tells, in millimetres.
  var thickness: Double?

  /// What tells the channels of a series apart, and must be the same in all slices of a channel.
  struct ChannelKey: Sendable, Hashable, Comparable {
    /// In milliseconds.
    var echoTime = 0.0
    var temporalPosition = 0
    /// In s/mm².
    var bValue = 0.0

    static func < (a: ChannelKey, b: ChannelKey) -> Bool {
      (a.echoTime, a.temporalPosition, a.bValue) < (b.echoTime, b.temporalPosition, b.bValue)
    }
  }

  /// What orders images of one place that have the same key.
  struct FrameOrder: Sendable, Hashable, Comparable {
    /// The delay from the R wave, in milliseconds.
    var triggerTime = 0.0
    var acquisition = 0
    var instance = 0

    static func < (a: FrameOrder, b: FrameOrder) -> Bool {
      (a.triggerTime, a.acquisition, a.instance) < (b.triggerTime, b.acquisition, b.instance)
    }
  }
}

/// The plane of a slice in the patient, in DICOM's own millimetres (left, posterior, superior).
struct DICOMPlane: Sendable {
  /// The centre of the first pixel.
  var position: SIMD3<Double>
  /// The unit vector along a row: from a pixel to that of the next column.
  var alongRow: SIMD3<Double>
  /// The unit vector along a column.
  var alongColumn: SIMD3<Double>
  /// The distances between pixels along a row and along a column.
  var spacing: SIMD2<Double>

  /// The unit vector from which slices are ordered.
  var normal: SIMD3<Double> { alongRow.cross(alongColumn) }

  /// Reads the plane of a frame, or says in words what is missing.
  ///
  /// - Parameters:
  ///   - position: the items that may hold the attribute, and so on.
  static func read(
    position: [DICOMItem?], orientation: [DICOMItem?], measures: [DICOMItem?]
  ) -> Reading<DICOMPlane> {
    guard let place = DICOMItem.first(position, { $0.numbers(.position, 3) }) else {
      return .problem("it does not tell its position in the patient")
    }
    guard let cosines = DICOMItem.first(orientation, { $0.numbers(.orientation, 6) }) else {
      return .problem("it does not tell its orientation in the patient")
    }
    // The first number is the distance between rows.
    guard let spacing = DICOMItem.first(measures, { $0.numbers(.pixelSpacing, 2) }),
      spacing.min()! > 0
    else { return .problem("it does not tell the size of its pixels") }
    let row = SIMD3(cosines[0], cosines[1], cosines[2])
    let column = SIMD3(cosines[3], cosines[4], cosines[5])
    guard abs(row.length - 1) < 0.01, abs(column.length - 1) < 0.01, abs(row.dot(column)) < 0.01
    else { return .problem("its orientation is not that of a rectangle") }
    return .value(
      DICOMPlane(
        position: SIMD3(place[0], place[1], place[2]), alongRow: row / row.length,
        alongColumn: column / column.length, spacing: SIMD2(spacing[1], spacing[0])))
  }

  /// Whether slices of both can be of one volume.
  func isParallel(to other: DICOMPlane) -> Bool {
    // DICOM's decimal numbers have at most 16 characters, and some writers give far fewer.
    let tolerance = 1e-3
    return (alongRow - other.alongRow).length < tolerance
      && (alongColumn - other.alongColumn).length < tolerance
      && abs(spacing.x - other.spacing.x) < tolerance * spacing.x
      && abs(spacing.y - other.spacing.y) < tolerance * spacing.y
  }
}

extension SIMD3<Double> {
  var length: Double { dot(self).squareRoot() }

  func dot(_ other: SIMD3<Double>) -> Double { (self * other).sum() }

  func cross(_ b: SIMD3<Double>) -> SIMD3<Double> {
    [y * b.z - z * b.y, z * b.x - x * b.z, x * b.y - y * b.x]
  }
}
