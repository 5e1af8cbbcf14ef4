public import Volumes

/// What a DICOM segmentation (PS3.3 A.51, A.90) says besides its pixels.
public struct DICOMSegmentation: Sendable {
  /// How the pixels tell the segments.
  public enum Kind: Sendable, Hashable {
    /// A bit for each pixel and segment.
    case binary
    /// A number for each pixel and segment: how probable it is, or how much of the pixel it fills.
    case fractional
    /// A pixel's value is the number of its segment.
    case labelMap
  }

  /// What the file says of a segment.
  public struct Segment: Sendable, Hashable {
    /// Its number, from 1.
    public let number: Int
    /// Its name.
    public let label: String
    /// What kind of thing it is, such as an anatomical structure, where the file says it.
    public let category: CodedConcept?
    /// What it is, such as a liver, where the file says it.
    public let type: CodedConcept?
    /// Who or what made it, such as "AUTOMATIC" and the algorithm's name.
    public let algorithm: String
    /// Red, green and blue, 0 to 255, where the file recommends a colour.
    public let color: [UInt8]?
  }

  /// The path that was read.
  public let path: String
  /// How the pixels tell the segments.
  public let kind: Kind
  /// The segments in the order of the file, without the background.
  public let segments: [Segment]
  /// The UIDs of the series that were segmented.
  public let referencedSeries: [String]
  /// The UID of the frame of reference, where the file tells it.
  public let frameOfReference: String?
  /// The number of frames.
  public var frameCount: Int { frames.count }
  /// Why its pixels are not read, such as that it has no place in a patient; nil where they are.
  public var problem: String? {
    if case .problem(let problem) = planes { problem } else { nil }
  }

  let source: DICOMSource
  let pixels: Pixels
  let frames: [Frame]
  /// For each frame where it is, or why that cannot be told.
  let planes: Reading<[DICOMPlane]>
  /// The distance between slices and their thickness where the file tells, in millimetres.
  let spacingBetweenSlices: Double?
  let thickness: Double?

  struct Pixels: Sendable, Hashable {
    let columns: Int
    let rows: Int
    let bits: Int
    /// The stored value of the fraction 1.
    let largestFraction: Int

    var area: Int { columns * rows }
  }

  struct Frame: Sendable {
    /// The place of its segment among ``DICOMSegmentation/segments``; nil in a label map.
    let segment: Int?
  }

  /// Segmentations and label maps.
  static let classes: Set = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"]

  init(_ file: DICOMFile, _ source: DICOMSource) throws(VolumeIOError) {
    let root = file.root
    func malformed(_ reason: String) -> VolumeIOError {
      .malformed(path: file.path, reason: "a segmentation \(reason)")
    }
    path = file.path
    self.source = source
    let kind: Kind
    switch root.text(.segmentationType) {
    case "BINARY": kind = .binary
    case "FRACTIONAL": kind = .fractional
    case "LABELMAP": kind = .labelMap
    case let other:
      throw .unsupported(
        path: file.path, found: "a segmentation of the type \(other ?? "that it does not tell")",
        remedy: "BINARY, FRACTIONAL and LABELMAP are taken")
    }
    self.kind = kind
    pixels = try DICOMSegmentation.pixels(file, kind)
    segments = try DICOMSegmentation.segments(root, path: file.path).filter {
      kind != .labelMap || $0.number > 0
    }
    guard !segments.isEmpty else {
      throw malformed("that describes no segments; look at what wrote it")
    }
    frameOfReference = root.text(.frameOfReferenceUID)
    referencedSeries = root.items(.referencedSeries).compactMap { $0.text(.seriesUID) }

    let shared = root.item(.sharedGroups)
    let groups = root.items(.perFrameGroups)
    let stated = root.integer(.frameCount) ?? 1
    let isSlide = root.has(.totalMatrixColumns)
    guard groups.count == stated || (isSlide && groups.isEmpty) else {
      throw malformed("of \(stated) frames with attributes of \(groups.count)")
    }
    let places = Dictionary(
      segments.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
    var frames: [Frame] = []
    var planes: [DICOMPlane] = []
    var problem: String?
    for (index, own) in groups.enumerated() {
      func group(_ tag: DICOMTag) -> DICOMItem? { own.item(tag) ?? shared?.item(tag) }
      var segment: Int?
      if kind != .labelMap {
        guard let number = group(.segmentIdentification)?.integer(.referencedSegment) else {
          throw malformed("whose frame \(index + 1) does not tell its segment")
        }
        guard let place = places[number] else {
          throw malformed(
            "whose frame \(index + 1) is of segment \(number), which it does not describe; "
              + "it has \(MaskSelection.list(segments.map(\.number), segments.map(\.label)))")
        }
        segment = place
      }
      frames.append(Frame(segment: segment))
      switch DICOMPlane.read(
        position: [group(.planePosition), root], orientation: [group(.planeOrientation), root],
        measures: [group(.pixelMeasures), root])
      {
      case .value(let plane): planes.append(plane)
      case .problem(let text): problem = problem ?? text
      }
    }
    if isSlide { problem = "a slide under a microscope has no place in a patient" }
    self.frames = frames
    self.planes = problem.map { .problem($0) } ?? .value(planes)
    let measures = shared?.item(.pixelMeasures) ?? groups.first?.item(.pixelMeasures) ?? root
    func positive(_ tag: DICOMTag) -> Double? { measures.number(tag).flatMap { $0 > 0 ? $0 : nil } }
    spacingBetweenSlices = positive(.sliceSpacing)
    thickness = spacingBetweenSlices ?? positive(.sliceThickness)
  }

  private static func pixels(
    _ file: DICOMFile, _ kind: Kind
  ) throws(VolumeIOError) -> Pixels {
    let root = file.root
    guard let rows = root.integer(.rows), let columns = root.integer(.columns), rows > 0,
      columns > 0
    else {
      throw .malformed(path: file.path, reason: "a segmentation that does not tell its size")
    }
    let bits = root.integer(.bitsAllocated) ?? 0
    let isTaken =
      switch kind {
      case .binary: bits == 1 || bits == 8
      case .fractional: bits == 8
      case .labelMap: bits == 8 || bits == 16
      }
    guard isTaken, (root.integer(.samplesPerPixel) ?? 1) == 1 else {
      throw .unsupported(
        path: file.path, found: "a segmentation with \(bits) bits for a pixel",
        remedy: "1 bit is taken where segments are binary, 8 for fractions, 8 or 16 for label maps")
    }
    let largest = root.integer(.largestFraction) ?? 255
    guard kind != .fractional || 1...255 ~= largest else {
      throw .malformed(
        path: file.path, reason: "a segmentation whose largest fraction is \(largest)")
    }
    return Pixels(columns: columns, rows: rows, bits: bits, largestFraction: largest)
  }

  private static func segments(
    _ root: DICOMItem, path: String
  ) throws(VolumeIOError) -> [Segment] {
    var seen: Set<Int> = []
    var segments: [Segment] = []
    for (index, item) in root.items(.segments).enumerated() {
      guard let number = item.integer(.segmentNumber), 0...Int(UInt16.max) ~= number,
        seen.insert(number).inserted
      else {
        throw .malformed(
          path: path,
          reason: "a segmentation whose segment \(index + 1) has no number of its own")
      }
      let algorithm = [item.text(.segmentAlgorithmType), item.text(.segmentAlgorithmName)]
      segments.append(
        Segment(
          number: number, label: item.text(.segmentLabel)?.onOneLine ?? "segment \(number)",
          category: item.item(.segmentCategory).flatMap(CodedConcept.init),
          type: item.item(.segmentType).flatMap(CodedConcept.init),
          algorithm: algorithm.compactMap { $0?.onOneLine }.joined(separator: " "),
          color: item.numbers(.recommendedLab, 3).flatMap(CIELab.decoded)))
    }
    return segments
  }

  /// The grid of its frames.
  ///
  /// - Parameter image: the grid of the image that it may belong to, whose distance of slices is
  ///   taken where the frames are slices of it.
  func stack(like image: Geometry?) throws(VolumeIOError) -> FrameStack {
    let planes: [DICOMPlane]
    switch self.planes {
    case .value(let value): planes = value
    case .problem(let problem):
      throw .unsupported(
        path: path, found: "a segmentation that cannot be placed: \(problem)",
        remedy: "segmentations of images with a place in the patient are taken")
    }
    func stack(_ distance: Double?) throws(SliceStack.Irregularity) -> FrameStack {
      try FrameStack(
        planes, columns: pixels.columns, rows: pixels.rows,
        distances: [distance, spacingBetweenSlices].compactMap { $0 }, thickness: thickness)
    }
    // Where frames are missing, their distances alone do not tell that of the slices.
    if let image, let normal = planes.first?.normal.exchangingLPSAndRAS {
      let steps = (0..<3).map { image.affine[$0] }
      let across = steps.max { abs($0.dot(normal)) / $0.length < abs($1.dot(normal)) / $1.length }!
      if let stack = try? stack(abs(across.dot(normal))), stack.geometry.box(in: image) != nil {
        return stack
      }
    }
    do {
      return try stack(nil)
    } catch {
      throw .unsupported(
        path: path, found: "a segmentation of \(error.found)", remedy: error.remedy)
    }
  }
}

extension String {
  /// Without line breaks and other control characters, which would break messages and tables.
  var onOneLine: String {
    String(
      String.UnicodeScalarView(unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
  }
}

extension CodedConcept {
  /// A code with its meaning; nil where one of them is missing.
  init?(_ item: DICOMItem) {
    guard let value = item.text(.codeValue), let scheme = item.text(.codingScheme),
      let meaning = item.text(.codeMeaning)
    else { return nil }
    self.init(value.onOneLine, scheme.onOneLine, meaning.onOneLine)
  }
}

extension DICOMItem {
  /// The items of a sequence.
  func items(_ tag: DICOMTag) -> [DICOMItem] {
    var items: [DICOMItem] = []
    var next = self.next(tag, after: nil)
    while let item = next {
      items.append(item)
      next = self.next(tag, after: item)
    }
    return items
  }
}
