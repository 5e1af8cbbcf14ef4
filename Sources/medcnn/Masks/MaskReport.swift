import Parallel
import VolumeIO
import Volumes

/// What `info` tells of a DICOM segmentation or structure set.
struct MaskReport: Encodable {
  struct Segment: Encodable {
    let number: Int
    let name: String
    /// What it is: the segment's meaning, or the ROI's purpose.
    let type: String
    let algorithm: String?
    let voxels: Int?
    let millilitres: Double?
    let contours: Int?
  }

  let file: String
  let format: String
  let series: [String]
  let frames: Int?
  let grid: ImageReport.Grid?
  let segments: [Segment]
  /// Why the pixels are not read.
  let problem: String?
  let warnings: [String]

  /// - Parameter warnings: what the reader of its folder had to leave out.
  init(_ mask: DICOMMask, options: MaskOptions, warnings: [String], workers: Workers) throws {
    file = mask.path
    series = mask.referencedSeries
    switch mask {
    case .segmentation(let segmentation):
      format =
        "DICOM segmentation, "
        + (segmentation.kind == .labelMap ? "label map" : "\(segmentation.kind)")
      frames = segmentation.frameCount
      problem = segmentation.problem
      let read = try problem == nil ? segmentation.segments(options, workers: workers) : nil
      grid = read.map { ImageReport.Grid($0.geometry) }
      self.warnings = warnings + (read?.warnings ?? [])
      segments = segmentation.segments.compactMap { segment in
        let voxels = read?.segments.first { $0.number == segment.number }
        if read != nil, voxels == nil { return nil }
        return Segment(
          number: segment.number, name: segment.label,
          type: (segment.type ?? segment.category)?.meaning ?? "",
          algorithm: segment.algorithm, voxels: voxels?.voxels,
          millilitres: voxels.flatMap { read?.millilitres(of: $0) }, contours: nil)
      }
    case .structureSet(let structures):
      format = "DICOM structure set"
      (frames, grid, problem, self.warnings) = (
        nil, nil, nil,
        warnings
          + structures.rois.compactMap { roi in
            roi.problem.map { "ROI \(roi.number) (\(roi.name)): \($0)" }
          }
      )
      segments = structures.rois.map { roi in
        Segment(
          number: roi.number, name: roi.name, type: roi.type, algorithm: nil, voxels: nil,
          millilitres: nil, contours: roi.contourCount + roi.skippedContourCount)
      }
    }
  }

  var text: String {
    var lines = [
      file,
      "  stored       \(format)" + (frames.map { ", \($0) frame\($0 == 1 ? "" : "s")" } ?? ""),
    ]
    lines += grid?.lines ?? []
    lines += series.map { "  series       \($0)" }
    let isDrawn = frames == nil
    var table = TextTable(
      isDrawn
        ? ["ROI", "name", "type", "contours"]
        : ["segment", "name", "type", "algorithm", "voxels", "ml"],
      leftAligned: isDrawn ? [1, 2] : [1, 2, 3])
    for segment in segments {
      let kind = segment.type.isEmpty ? "-" : segment.type
      if let contours = segment.contours {
        table.append(["\(segment.number)", segment.name, kind, "\(contours)"])
      } else {
        let algorithm = segment.algorithm ?? ""
        table.append([
          "\(segment.number)", segment.name, kind, algorithm.isEmpty ? "-" : algorithm,
          segment.voxels.map(String.init) ?? "-", segment.millilitres.fixed(2),
        ])
      }
    }
    lines += table.text.split(separator: "\n").map { "  " + $0 }
    if let problem { lines.append("  not read: \(problem)") }
    lines += warnings.map { "  warning: \($0)" }
    return lines.joined(separator: "\n")
  }
}
