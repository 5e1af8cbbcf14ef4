import Foundation
import Parallel
import Testing
import Volumes

@testable import Segmentation

@Suite struct EvaluationTests {
  @Test func madeLabelMapsAgreeWithThePeers() throws {
    for row in try golden("metrics_made.json", as: [MetricsRow].self) {
      let geometry = try Geometry(
        size: SIMD3(row.size ?? []), spacing: SIMD3(row.spacing))
      let truth = try paint(row.shapes(\.truth), on: geometry)
      let prediction = try paint(row.shapes(\.prediction), on: geometry)
      try row.check(truth: truth, prediction: prediction, workers: Workers(count: 2))
    }
  }

  @Test func sameBitsWithAnyNumberOfThreads() throws {
    let row = try #require(
      try golden("metrics_made.json", as: [MetricsRow].self).first { $0.name == "many lesions" })
    let geometry = try Geometry(size: SIMD3(row.size ?? []), spacing: SIMD3(row.spacing))
    let truth = try paint(row.shapes(\.truth), on: geometry)
    let prediction = try paint(row.shapes(\.prediction), on: geometry)
    let results = try [1, 2, 3].map { count in
      try Evaluation(
        prediction: prediction, truth: truth, regions: EvaluationRegion.brats(),
        lesionWise: .glioma, workers: Workers(count: count))
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test func differentGrids() throws {
    let a = LabelMap(geometry: try Geometry(size: [4, 4, 4]))
    let b = LabelMap(geometry: try Geometry(size: [4, 4, 5]))
    #expect(throws: VolumeError.self) {
      try Evaluation(
        prediction: a, truth: b, regions: [], lesionWise: nil, workers: Workers(count: 1))
    }
  }

  @Test func jsonUsesMetricsReloadedNamesAndNullForTheUndefined() throws {
    let geometry = try Geometry(size: [6, 6, 6])
    var truth = LabelMap(geometry: geometry)
    truth[2, 2, 2] = 1
    let evaluation = try Evaluation(
      prediction: LabelMap(geometry: geometry), truth: truth,
      regions: EvaluationRegion.labels(of: truth, truth), lesionWise: .glioma,
      workers: Workers(count: 1))
    let json = try JSONValue(encoding: evaluation)
    guard case .object(let top) = json, case .array(let rows)? = top["regions"],
      case .object(let row)? = rows.first
    else {
      Issue.record("no rows in \(json)")
      return
    }
    #expect(row["name"] == "label 1")
    #expect(row["dsc"] == 0)
    #expect(row["measured_hausdorff_distance_perc"] == .null)
    #expect(row["ppv"] == .null)
    #expect(row["sensitivity"] == 0)
    #expect(
      row["lesion_wise"] == [
        "truth_lesions": 0, "missed": 0, "false_positives": 0, "dsc": 1,
        "measured_hausdorff_distance_perc": 0,
      ])
  }

  private func paint(_ shapes: [MetricsRow.Shape], on geometry: Geometry) throws -> LabelMap {
    var map = LabelMap(geometry: geometry)
    for k in 0..<geometry.size.z {
      for j in 0..<geometry.size.y {
        for i in 0..<geometry.size.x {
          for shape in shapes where shape.contains(i, j, k) { map[i, j, k] = shape.label ?? 1 }
        }
      }
    }
    return map
  }
}

/// A case of a golden table of metrics.
struct MetricsRow: Decodable {
  struct Shape: Decodable {
    var label: UInt16?
    var centre: [Double]?
    var radius: [Double]?
    var modulus: Int?
    var below: Int?

    func contains(_ i: Int, _ j: Int, _ k: Int) -> Bool {
      if let modulus, let below {
        return ((i * 73_856_093) ^ (j * 19_349_663) ^ (k * 83_492_791)) % modulus < below
      }
      guard let centre, let radius else { return false }
      let offset = (SIMD3<Double>(SIMD3(i, j, k)) - SIMD3(centre)) / SIMD3(radius)
      return (offset * offset).sum() <= 1
    }
  }

  /// The shapes of a made map, or the path of a real one.
  enum Source: Decodable {
    case shapes([Shape])
    case path(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let path = try? container.decode(String.self) {
        self = .path(path)
      } else {
        self = .shapes(try container.decode([Shape].self))
      }
    }
  }

  struct LesionWise: Decodable {
    var truthLesions: Int
    var falsePositives: Int
    var missed: Int
    var dice: Double
    var hd95: Double
  }

  struct Scores: Decodable {
    var labels: Set<UInt16>
    var truthVoxels: Int
    var predictionVoxels: Int
    var dsc: Double
    var sensitivity: Double?
    var ppv: Double?
    var volumeErrorMl: Double
    var relativeVolumeError: Double?
    var simpleitkDice: Double?
    var simpleitkSensitivity: Double?
    var simpleitkPrecision: Double?
    var simpleitkHausdorff: Double?
    var hd95: Double?
    var hd: Double?
    var nsd: Double?
    var truthToPrediction: Double?
    var predictionToTruth: Double?
    var masd: Double?
    var assd: Double?
    var lesionWise: [String: LesionWise]
  }

  var name: String
  var size: [Int]?
  var spacing: [Double]
  var truth: Source
  var prediction: Source?
  var shift: [Int]?
  var regions: [String: Scores]

  func shapes(_ source: KeyPath<MetricsRow, Source>) -> [Shape] {
    if case .shapes(let shapes) = self[keyPath: source] { shapes } else { [] }
  }

  func shapes(_ source: KeyPath<MetricsRow, Source?>) -> [Shape] {
    if case .shapes(let shapes)? = self[keyPath: source] { shapes } else { [] }
  }

  /// Compares every metric of every region with the peers'.
  func check(truth: LabelMap, prediction: LabelMap, workers: Workers) throws {
    let wanted = regions.sorted { $0.key < $1.key }
    let evaluation = try Evaluation(
      prediction: prediction, truth: truth,
      regions: wanted.map { EvaluationRegion(name: $0.key, labels: $0.value.labels) },
      lesionWise: .glioma, workers: workers)
    for (ours, (region, theirs)) in zip(evaluation.regions, wanted) {
      let place: Comment = "\(name), \(region)"
      #expect(ours.truthVoxels == theirs.truthVoxels, place)
      #expect(ours.predictionVoxels == theirs.predictionVoxels, place)
      let isOneEmpty = (ours.truthVoxels == 0) != (ours.predictionVoxels == 0)
      let distance: Double? = isOneEmpty ? .infinity : 0
      let pairs: [(String, Double?, Double?)] = [
        ("Dice", ours.dice, theirs.dsc),
        ("sensitivity", ours.sensitivity, theirs.sensitivity),
        ("precision", ours.precision, theirs.ppv),
        ("volume error", ours.volumeError, theirs.volumeErrorMl),
        ("relative volume error", ours.relativeVolumeError, theirs.relativeVolumeError),
        ("SimpleITK's Dice", ours.dice, theirs.simpleitkDice ?? ours.dice),
        (
          "SimpleITK's sensitivity", ours.sensitivity,
          theirs.simpleitkSensitivity ?? ours.sensitivity
        ),
        (
          "SimpleITK's precision", ours.precision, theirs.simpleitkPrecision ?? ours.precision
        ),
        ("voxel Hausdorff", ours.voxelHausdorff, theirs.simpleitkHausdorff ?? distance),
        ("HD95", ours.hd95, theirs.hd95 ?? distance),
        ("Hausdorff", ours.hausdorff, theirs.hd ?? distance),
        (
          "surface distance", ours.normalisedSurfaceDistance, theirs.nsd ?? (isOneEmpty ? 0 : 1)
        ),
        ("to prediction", ours.truthToPrediction, theirs.truthToPrediction ?? distance),
        ("to truth", ours.predictionToTruth, theirs.predictionToTruth ?? distance),
        ("MASD", ours.meanAverageDistance, theirs.masd ?? distance),
        ("ASSD", ours.averageSymmetricDistance, theirs.assd ?? distance),
      ]
      for (metric, mine, other) in pairs {
        let agrees =
          if let mine, let other { mine == other || isClose(mine, other) } else {
            mine == nil && other == nil
          }
        #expect(
          agrees, "\(place): \(metric) \(mine ?? .nan) where the peer has \(other ?? .nan)")
      }
      let merged = try LesionWiseScores(
        truth: truth.mask(of: theirs.labels), prediction: prediction.mask(of: theirs.labels),
        rules: .metastases, workers: workers)
      for (lesions, dilations) in [(ours.lesionWise, "3"), (merged, "1")] {
        let lesions = try #require(lesions)
        let others = try #require(theirs.lesionWise[dilations])
        #expect(lesions.truthLesions == others.truthLesions, place)
        #expect(lesions.missed == others.missed, place)
        #expect(lesions.falsePositives == others.falsePositives, place)
        #expect(isClose(lesions.dice, others.dice), place)
        #expect(isClose(lesions.hd95, others.hd95), place)
      }
    }
  }
}
