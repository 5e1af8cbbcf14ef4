import Figures
import Segmentation
import Volumes

extension SegmentCommand {
  /// Draws the labels on cuts through the largest lesion.
  func draw(
    _ result: Segmentation, _ volumes: [Volume?], model: Model, to path: String
  ) throws {
    // Oedema shows best on FLAIR, other lesions on what there is.
    let names = model.channels.map(\.name)
    let flair = names.firstIndex { $0.lowercased() == "flair" }
    let shown: Int
    var scan: Volume
    if volumes.count == 1, let all = volumes[0], all.channels == names.count {
      shown = flair ?? 0
      scan = try all.channel(shown)
    } else {
      let given = volumes.indices.filter { volumes[$0] != nil }
      shown = flair.flatMap { given.contains($0) ? $0 : nil } ?? given.first ?? 0
      guard let volume = volumes[shown] else { return }
      scan = volume
    }
    if !scan.geometry.matches(result.labels.geometry) {
      scan = scan.resampled(
        to: result.labels.geometry, by: .linear, workers: threading.workers)
    }
    let legend = result.counts.map { count in
      let volume = count.voxels == 0 ? "none" : "\(count.millilitres.fixed(1)) ml"
      return OverlayMontage.Entry(label: count.label, text: "\(count.name) \(volume)")
    }
    let total = result.total
    let found =
      total.voxels == 0
      ? "nothing found"
      : "\(total.millilitres.fixed(1)) ml in \(total.lesions) "
        + (total.lesions == 1 ? "lesion" : "lesions")
    let montage = try OverlayMontage(
      scan: scan, labels: result.labels, title: "\(names[shown])  \(found)  \(model.card.name)",
      legend: legend)
    try PNG.write(montage.draw(), to: path)
  }
}
