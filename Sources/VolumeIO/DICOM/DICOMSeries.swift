/// A volume in a DICOM folder: a series, or one of the volumes that a series holds.
public struct DICOMSeries: Sendable {
  /// What chooses it: the series' number, or `u` where it has none; of several volumes with one
  /// number each has the number, a point, and its place.
  public let label: String
  /// The UID of the series.
  public let uid: String
  /// The number of the series.
  public let number: Int?
  /// The description of the series; empty where there is none.
  public let description: String
  /// The modality, such as CT, MR or PT.
  public let modality: String
  /// The number of files.
  public let files: Int
  /// The size in voxels, or zero where the series is no volume.
  public let size: SIMD3<Int>
  /// The number of time points, echoes or b-values.
  public let channels: Int
  /// Why the series is refused unless missing slices are allowed, or altogether; nil where it is
  /// not.
  public let problem: String?

  /// Empty where the images have no place in the patient, or are not taken for another reason.
  let slices: [SeriesSlice]
  /// The files, which the slices refer to.
  let instances: [DICOMInstance]

  /// Whether it can be chosen.
  public var isVolume: Bool { !slices.isEmpty }

  /// The paths of the files with its slices, in the order of their names.
  var paths: [String] { Set(slices.map { instances[$0.instance].source.path }).sorted() }
}

/// A slice of a series.
struct SeriesSlice: Sendable {
  /// The index of its file.
  let instance: Int
  let frame: DICOMFrame
}

extension DICOMSeries {
  /// Sorts files into volumes, in the order of the series' numbers.
  static func group(_ instances: [DICOMInstance]) -> [DICOMSeries] {
    var members: [DICOMInstance.SeriesKey: [DICOMInstance]] = [:]
    for instance in instances { members[instance.series, default: []].append(instance) }
    let keys = members.keys.sorted {
      ($0.number ?? .max, $0.uid, $0.patient) < ($1.number ?? .max, $1.uid, $1.patient)
    }
    let parts = keys.flatMap { SeriesPart.parts(of: members[$0]!) }
    let numbers = parts.map { $0.first.series.number.map(String.init) ?? "u" }
    return parts.indices.map { index in
      let twins = numbers.indices.filter { numbers[$0] == numbers[index] }
      let place = twins.firstIndex(of: index)! + 1
      return DICOMSeries(
        parts[index], label: twins.count > 1 ? "\(numbers[index]).\(place)" : numbers[index])
    }
  }

  private init(_ part: SeriesPart, label: String) {
    let first = part.first
    self.label = label
    uid = first.series.uid
    number = first.series.number
    description = first.description
    modality = first.modality
    slices = part.slices
    instances = part.instances
    var problem = part.problem
    var size = SIMD3<Int>.zero
    var channels = 0
    if !part.slices.isEmpty {
      files = Set(part.slices.map(\.instance)).count
      do {
        let stack = try SliceStack(part.slices, part.instances, allowMissing: false)
        size = SIMD3(stack.columns, stack.rows, stack.sliceCount)
        channels = stack.channels
      } catch {
        problem = error.found
      }
    } else {
      files = part.instances.count
    }
    (self.problem, self.size, self.channels) = (problem, size, channels)
  }
}

/// The files of a series that belong to one volume, or that are not taken.
private struct SeriesPart {
  var instances: [DICOMInstance]
  var slices: [SeriesSlice]
  var problem: String?

  var first: DICOMInstance { slices.first.map { instances[$0.instance] } ?? instances[0] }

  /// Divides the files of a series: by size, orientation and spacing; then, where several slices
  /// have one place, by the kind of image, and by the acquisition where that leaves one each.
  static func parts(of instances: [DICOMInstance]) -> [SeriesPart] {
    var classes: [[SeriesSlice]] = []
    var refused: [DICOMInstance] = []
    var problem: String?
    for (index, instance) in instances.enumerated() {
      switch instance.image {
      case .problem(let reason):
        refused.append(instance)
        problem = problem ?? reason
      case .value(let image):
        for frame in image.frames {
          let slice = SeriesSlice(instance: index, frame: frame)
          // The last class is the likeliest: files come in the order of their names.
          if let found = classes.lastIndex(where: { $0[0].isCongruent(to: slice) }) {
            classes[found].append(slice)
          } else {
            classes.append([slice])
          }
        }
      }
    }
    var parts = classes.flatMap(divided).map {
      SeriesPart(instances: instances, slices: $0, problem: nil)
    }
    if let problem {
      parts.append(SeriesPart(instances: refused, slices: [], problem: problem))
    }
    return parts
  }

  private static func divided(_ slices: [SeriesSlice]) -> [[SeriesSlice]] {
    guard SliceStack.places(slices).contains(where: { $0.count > 1 }) else { return [slices] }
    let types = Dictionary(grouping: slices, by: \.frame.imageType)
    if types.count > 1 { return types.keys.sorted().flatMap { divided(types[$0]!) } }
    let counts = Set(SliceStack.places(slices).map(\.count))
    let acquisitions = Dictionary(grouping: slices, by: \.frame.order.acquisition)
    if counts.count > 1, acquisitions.count > 1,
      acquisitions.values.allSatisfy({ SliceStack.places($0).allSatisfy { $0.count == 1 } })
    {
      return acquisitions.keys.sorted().map { acquisitions[$0]! }
    }
    return [slices]
  }
}

extension SeriesSlice {
  /// Whether both can be slices of one volume.
  fileprivate func isCongruent(to other: SeriesSlice) -> Bool {
    frame.tile.rows == other.frame.tile.rows && frame.tile.columns == other.frame.tile.columns
      && frame.plane.isParallel(to: other.frame.plane)
  }
}
