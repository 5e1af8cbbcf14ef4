import Foundation
import TestSupport
import Testing
import Volumes

@testable import Radiomics

/// IBSI-2: each voxel of the response maps lies within 1 % of the reference map's range, and the statistics
/// of the filtered CT phantom within their tolerances.
///
/// Optimised tests compare all; others only a box of the maps without the filters that take long, and the
/// phantom that is not filtered. An optimised run writes docs/ibsi-2.md where MEDCNN_WRITE_DOCS is set:
///
///     MEDCNN_WRITE_DOCS=1 swift test -c release -Xswiftc -enable-testing --filter FilterConformanceTests
@Suite(
  .enabled(
    if: SharedData.has("ibsi2/reference") && SharedData.has("ibsi1/ct_phantom"),
    "the phantoms are not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
struct FilterConformanceTests {
  #if DEBUG
    static let isOptimised = false
  #else
    static let isOptimised = true
  #endif

  @Test func agreesWithTheReference() throws {
    let maps = try FilterBenchmark.maps()
    #expect(maps.count == 33)
    #expect(Set(maps.map(\.id)).count == 33)
    let box = Self.isOptimised ? nil : VoxelBox(low: [28, 27, 30], high: [37, 36, 34])
    var lines = Self.opening
    for map in maps where Self.isOptimised || !map.filter.isSlow {
      let deviation = try map.deviation(in: box)
      #expect(deviation <= 0.01, "\(map.id)")
      let percent = String(format: "%.4f", deviation * 100)
      lines.append(
        "| \(map.id) | \(map.phantom) | \(map.filter.name) | \(map.filter.boundary.rawValue) | "
          + "\(percent) | \(deviation <= 0.01 ? "pass" : "FAIL") |")
    }

    var tables: [(String, [FilteredPhantom.Row])] = []
    for isSliced in [true, false] {
      let phantom = try FilteredPhantom(isSliced: isSliced)
      for number in Self.isOptimised ? 1...9 : 1...1 {
        tables.append(("\(number).\(isSliced ? "A" : "B")", try phantom.rows(number)))
      }
    }
    lines += Self.middle
    for (configuration, rows) in tables.sorted(by: { $0.0 < $1.0 }) {
      #expect(rows.count >= 17)
      for row in rows {
        #expect(row.passes, "\(configuration) \(row.tag): \(row.value), expected \(row.reference)")
        let (value, reference) = (Self.short(row.value), Self.short(row.reference))
        lines.append(
          "| \(configuration) | \(row.tag) | \(value) | \(reference) | \(Self.short(row.tolerance)) | "
            + "\(row.passes ? "pass" : "FAIL") |")
      }
    }
    guard Self.isOptimised else { return }
    #expect(tables.reduce(0) { $0 + $1.1.count } == 323)
    if ProcessInfo.processInfo.environment["MEDCNN_WRITE_DOCS"] != nil {
      let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      try (lines.joined(separator: "\n") + "\n").write(
        to: package.appending(components: "docs", "ibsi-2.md"), atomically: true, encoding: .utf8)
    }
  }

  private static func short(_ value: Double) -> String { String(format: "%.4g", value) }

  private static let opening = [
    "# Conformance with IBSI-2", "",
    "The filters of the Image Biomarker Standardisation Initiative's second chapter",
    "(arXiv 2006.05470; Radiology 2024, doi 10.1148/radiol.231319). Written by",
    "",
    "    MEDCNN_WRITE_DOCS=1 swift test -c release -Xswiftc -enable-testing \\",
    "      --filter FilterConformanceTests",
    "",
    "with IBSI's data sets in the folder that `MEDCNN_SHARED_DATA` names.", "",
    "## Response maps", "",
    "The largest difference of a voxel from the reference map, in percent of the map's range; a map",
    "passes with at most 1.", "",
    "| map | phantom | filter | boundary | difference | |", "|---|---|---|---|---|---|",
  ]

  private static let middle = [
    "", "## Statistics of the filtered CT phantom", "",
    "A: slices as they were scanned; B: voxels of 1 mm by cubic splines. Intensities are rounded and the",
    "region is resegmented to -1000...400 before filtering. A value passes when it is within the",
    "tolerance, rounded to the reference value's three digits.", "",
    "| configuration | statistic | value | reference | tolerance | |", "|---|---|---|---|---|---|",
  ]
}

extension ResponseFilter {
  /// Whether the map takes long where code is not optimised.
  fileprivate var isSlow: Bool {
    switch kernel {
    case .gabor(let gabor): gabor.thetaStep != nil || gabor.gamma > 1
    case .simoncelli, .laplacianOfGaussian: riesz != nil
    default: false
    }
  }
}
