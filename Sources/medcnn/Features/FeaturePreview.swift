import Figures
import Parallel
import Radiomics
import Volumes

/// The picture of a measured region: cuts through it, its bins, and the images of it.
enum FeaturePreview {
  /// The most images that are shown.
  private static let largestCount = 24

  static func write(
    _ region: FeatureReader.Region, _ parameters: ExtractionParameters, to path: String,
    workers: Workers
  ) throws {
    var parameters = parameters
    try parameters.settings.set("label", to: .integer(region.label))
    let input = region.channels[0].input
    let images = try RegionImages(input, parameters, margin: 15, workers: workers)
    let name = region.name ?? "label \(region.maskLabel)"
    let labels = input.labels
    let count = labels.voxels.count { Int($0) == region.label }
    let millilitres = Double(count) * labels.geometry.voxelVolume / 1000
    let own = try LabelMap(
      geometry: labels.geometry,
      voxels: labels.voxels.map { Int($0) == region.label ? 1 : 0 })
    let overview = try OverlayMontage(
      scan: input.scan, labels: own, title: region.channels[0].name ?? "scan",
      legend: [.init(label: 1, text: "\(name) \(millilitres.fixed(2)) ml")])
    let range = images.range
    let figure = RegionFigure(
      overview: overview, bins: images.levels,
      caption:
        "\(images.levels.count) bins, \(range.lowerBound.short) to \(range.upperBound.short)",
      tiles: try images.images.prefix(largestCount).map {
        .init(
          $0.name,
          try Volume(geometry: $0.image.geometry, samples: $0.image.intensities.map { Float($0) }))
      }, labels: images.labels)
    try PNG.write(figure.draw(), to: path)
  }
}
