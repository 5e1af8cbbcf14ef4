public import ArgumentParser
public import Radiomics

/// The division of regions into habitats.
struct HabitatArguments: ParsableArguments {
  /// One number of habitats, or several to choose from: `3`, `2-6`.
  struct Counts: ExpressibleByArgument {
    let range: ClosedRange<Int>

    init?(argument: String) {
      let numbers = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard 1...2 ~= numbers.count, let low = numbers[0], let high = numbers[numbers.count - 1],
        2 <= low, low <= high, high <= Habitats.largestCount
      else { return nil }
      range = low...high
    }
  }

  @Option(
    name: .customLong("habitats"),
    help: ArgumentHelp(
      "Divide each region into so many habitats of similar voxels, such as 3, or the best of 2-6, and "
        + "measure each.", valueName: "number"))
  var counts: Counts?

  @Option(
    name: .customLong("habitat-criterion"), help: "What chooses among numbers of habitats.")
  var criterion = Habitats.Criterion.calinskiHarabasz

  @Option(
    name: .customLong("habitat-features"),
    help: ArgumentHelp(
      "Find habitats by maps of these features instead of intensities: firstorder_Entropy.",
      valueName: "names"))
  var features: String?

  @Option(
    name: .customLong("habitat-map"),
    help: ArgumentHelp("Write the habitats as a label map.", valueName: "file"),
    completion: .file())
  var map: String?

  func validate() throws {
    guard counts == nil, features != nil || map != nil else { return }
    throw ValidationError("--habitat-features and --habitat-map need --habitats.")
  }
}

extension Habitats.Criterion: ExpressibleByArgument {}
