import Parallel
import Radiomics
import Volumes

/// Divides regions into habitats.
struct HabitatDivision: Sendable {
  let counts: ClosedRange<Int>
  let criterion: Habitats.Criterion
  /// How maps of features are computed; nil for intensities.
  let maps: ExtractionParameters?
  let messages: FeatureMessages

  /// The habitats of all regions as regions of their own, and a label map of them.
  ///
  /// - Throws: `RadiomicsError` for regions that cannot be divided, `CommandError` for channels on
  ///   different grids.
  func divided(
    _ regions: [FeatureReader.Region], of source: CaseSource, workers: Workers
  ) throws -> (habitats: [FeatureReader.Region], map: LabelMap)? {
    guard let grid = regions.first?.channels.first?.input.labels.geometry else { return nil }
    var voxels = [UInt16](repeating: 0, count: grid.voxelCount)
    var entries: [LabelTable.Entry] = []
    var parts: [(region: FeatureReader.Region, part: FeatureReader.Habitat, label: UInt16)] = []
    for region in regions {
      for channel in region.channels where !channel.input.scan.geometry.matches(grid) {
        throw CommandError.unusable(
          source.scanPaths.joined(separator: ", "),
          reason: "habitats take channels on the mask's grid (\(grid)), not on "
            + "\(channel.input.scan.geometry); \"medcnn convert SCAN OUT --like MASK\" brings them to it"
        )
      }
      let labels = region.channels[0].input.labels
      let places = labels.voxels.indices.filter { Int(labels.voxels[$0]) == region.label }
      let found = try Habitats(
        of: try values(of: region, at: places, grid, workers), counts: counts,
        criterion: criterion, workers: workers)
      tell(found, of: region)
      let first = UInt16(entries.count)
      let name = region.name ?? "label \(region.label)"
      for (index, habitat) in found.habitats.enumerated() {
        let label = first + UInt16(index) + 1
        entries.append(.init(value: label, name: "\(name) habitat \(index + 1)"))
        parts.append(
          (
            region,
            FeatureReader.Habitat(
              number: index + 1, fraction: Double(habitat.voxels) / Double(places.count)), label
          ))
      }
      for (place, number) in zip(places, found.numbers) where number > 0 {
        voxels[place] = first + number
      }
    }
    let map = try LabelMap(geometry: grid, voxels: voxels, table: LabelTable(entries))
    let habitats = parts.map { region, part, label in
      FeatureReader.Region(
        channels: region.channels.map { channel in
          (
            channel.name,
            ExtractionInput(
              scan: channel.input.scan, storedType: channel.input.storedType, labels: map)
          )
        }, label: Int(label), maskLabel: region.maskLabel, name: region.name, habitat: part)
    }
    return (habitats, map)
  }

  /// What is known of each voxel.
  private func values(
    of region: FeatureReader.Region, at places: [Int], _ grid: Geometry, _ workers: Workers
  ) throws -> [Habitats.Map] {
    guard var parameters = maps else {
      return region.channels.map { channel in
        Habitats.Map(
          channel.name ?? "intensity", places.map { Double(channel.input.scan.samples[$0]) })
      }
    }
    try parameters.settings.set("label", to: .integer(region.label))
    // Voxels that resegmentation leaves out have no value.
    try parameters.settings.set("initValue", to: .number(.nan))
    var maps: [Habitats.Map] = []
    for channel in region.channels {
      let prefix = channel.name.map { $0 + "_" } ?? ""
      messages.warn(
        try VoxelExtraction.forEachMap(channel.input, parameters, workers: workers) { name, map in
          let low = grid.voxel(at: map.geometry.world(at: .zero))
          let box = VoxelBox(
            low: SIMD3<Int>(low.rounded(.toNearestOrEven)),
            high: SIMD3<Int>(low.rounded(.toNearestOrEven)) &+ map.geometry.size)
          guard let box, let part = try? grid.cropped(to: box), part.matches(map.geometry) else {
            throw RadiomicsError.invalidSetting(
              name: "resampledPixelSpacing", found: "maps on another grid than the mask",
              expected: "no resampling of maps that habitats are found by")
          }
          maps.append(
            Habitats.Map(
              prefix + name,
              places.map { place in
                let voxel = SIMD3(
                  place % grid.size.x, place / grid.size.x % grid.size.y,
                  place / (grid.size.x * grid.size.y))
                guard box.contains(voxel) else { return .nan }
                let at = voxel &- box.low
                return map.intensities[map.geometry.offset(at.x, at.y, at.z)]
              }))
        })
    }
    return maps
  }

  /// The numbers of habitats that were tried.
  private func tell(_ found: Habitats, of region: FeatureReader.Region) {
    let name = region.name ?? "label \(region.label)"
    let missing = found.numbers.count { $0 == 0 }
    if missing > 0 { messages.warn(["\(name): \(missing) voxels have no value in the maps"]) }
    guard found.trials.count > 1 else { return }
    var table = TextTable(["habitats", "inertia", "calinski-harabasz", "bic", ""])
    for trial in found.trials {
      table.append([
        "\(trial.count)", trial.inertia.short, trial.calinskiHarabasz.short, trial.bayesian.short,
        trial.count == found.habitats.count ? "chosen" : "",
      ])
    }
    messages.console.note("\(name): habitats\n\(table.text)")
  }
}
