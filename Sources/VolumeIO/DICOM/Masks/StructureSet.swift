/// The ROIs of a DICOM RT structure set (PS3.3 A.19), which contours in planes describe.
public struct StructureSet: Sendable {
  /// A region of interest.
  public struct ROI: Sendable {
    /// Its number in the file.
    public let number: Int
    /// Its name.
    public let name: String
    /// What it is for, such as GTV or ORGAN; empty where the file does not say.
    public let type: String
    /// Red, green and blue, 0 to 255, where the file recommends a colour.
    public let color: [UInt8]?
    /// The number of contours that enclose an area.
    public var contourCount: Int { contours.count }
    /// The number of contours that do not: points, and lines that are open.
    public let skippedContourCount: Int
    /// What of its contours is damaged, for which it cannot be drawn; nil where nothing is.
    public let problem: String?

    let contours: [Contour]
  }

  /// A closed line in a plane.
  struct Contour: Sendable, Hashable {
    /// Its place in the ROI, from 1, for messages.
    let number: Int
    /// In RAS+ millimetres; at least three.
    let points: [SIMD3<Double>]
  }

  /// The path that was read.
  public let path: String
  /// The ROIs in the order of the file.
  public let rois: [ROI]
  /// The UIDs of the series that the ROIs were drawn on.
  public let referencedSeries: [String]
  /// The UIDs of the frames of reference of the ROIs.
  public let framesOfReference: Set<String>

  /// The class of structure sets.
  static let objectClass = "1.2.840.10008.5.1.4.1.1.481.3"

  init(_ file: DICOMFile) throws(VolumeIOError) {
    let root = file.root
    func malformed(_ reason: String) -> VolumeIOError {
      .malformed(path: file.path, reason: "a structure set \(reason); look at what wrote it")
    }
    path = file.path
    referencedSeries = root.items(.referencedFramesOfReference).flatMap {
      $0.items(.referencedStudies)
    }.flatMap { $0.items(.rtReferencedSeries) }.compactMap { $0.text(.seriesUID) }

    let descriptions = root.items(.structureSetRegions)
    let frames = descriptions.compactMap { $0.text(.regionFrameOfReference) }
    framesOfReference = Set(
      frames.isEmpty
        ? root.items(.referencedFramesOfReference).compactMap { $0.text(.frameOfReferenceUID) }
        : frames)
    guard !descriptions.isEmpty else { throw malformed("without ROIs") }
    var numbers: [Int] = []
    var places: [Int: Int] = [:]
    for (index, item) in descriptions.enumerated() {
      guard let number = item.integer(.regionNumber),
        places.updateValue(index, forKey: number) == nil
      else { throw malformed("whose ROI \(index + 1) has no number of its own") }
      numbers.append(number)
    }
    var types: [Int: String] = [:]
    for item in root.items(.regionObservations) {
      if let number = item.integer(.referencedRegion), let type = item.text(.regionInterpretedType)
      {
        types[number] = type.onOneLine
      }
    }
    var drawings = [Drawing](repeating: Drawing(), count: numbers.count)
    for item in root.items(.regionContours) {
      guard let number = item.integer(.referencedRegion), let place = places[number] else {
        let number = item.integer(.referencedRegion).map(String.init) ?? "without a number"
        throw malformed("with contours of an ROI \(number) that it does not describe")
      }
      drawings[place].add(item)
    }
    rois = zip(descriptions, zip(numbers, drawings)).map { item, pair in
      let (number, drawing) = pair
      return ROI(
        number: number, name: item.text(.regionName)?.onOneLine ?? "ROI \(number)",
        type: types[number] ?? "", color: drawing.color,
        skippedContourCount: drawing.skipped, problem: drawing.problem, contours: drawing.contours)
    }
  }
}

/// The contours of an ROI while they are read.
private struct Drawing {
  var contours: [StructureSet.Contour] = []
  var color: [UInt8]?
  var skipped = 0
  var problem: String?
  private var count = 0

  /// No patient is larger; in millimetres.
  private static let farthest = 1e5

  mutating func add(_ item: DICOMItem) {
    color =
      color
      ?? item.numbers(.regionColor, 3).flatMap { numbers in
        numbers.allSatisfy { 0...255 ~= $0 } ? numbers.map { UInt8($0) } : nil
      }
    for contour in item.items(.contours) { add(contour: contour) }
  }

  private mutating func add(contour: DICOMItem) {
    count += 1
    let kind = contour.text(.contourType) ?? ""
    guard ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(kind) else {
      skipped += 1
      return
    }
    let (numbers, valueCount) = contour.allNumbers(.contourData)
    if numbers.count != valueCount {
      problem = problem ?? "coordinate \(numbers.count + 1) of contour \(count) is no number"
    } else if valueCount % 3 != 0 {
      problem = problem ?? "contour \(count) has \(valueCount) coordinates, which are no points"
    } else if let stated = contour.integer(.contourPointCount), stated != valueCount / 3 {
      problem = problem ?? "contour \(count) has \(valueCount / 3) points where it says \(stated)"
    } else if let far = numbers.first(where: { !(abs($0) < Drawing.farthest) }) {
      problem = problem ?? "contour \(count) has a coordinate of \(far) mm"
    } else if valueCount < 9 {
      // Fewer than three points enclose nothing.
      skipped += 1
    } else {
      contours.append(
        StructureSet.Contour(
          number: count,
          points: stride(from: 0, to: valueCount, by: 3).map {
            SIMD3(numbers[$0], numbers[$0 + 1], numbers[$0 + 2]).exchangingLPSAndRAS
          }))
    }
  }
}
