import ArgumentParser
import Radiomics

/// The customary settings of a kind of scan.
enum FeaturePreset: EnumerableFlag {
  case ct, mr, pet

  static func help(for value: FeaturePreset) -> ArgumentHelp? {
    switch value {
    case .ct: "Settings for CT, in Hounsfield units."
    case .mr: "Settings for MRI, whose intensities have no unit: normalised."
    case .pet: "Settings for PET, in standardised uptake values."
    }
  }

  /// What is set.
  var settings: [(name: String, value: ParameterValue)] {
    switch self {
    case .ct:
      [
        ("binWidth", .integer(25)), ("voxelArrayShift", .integer(1000)),
        ("resegmentRange", .list([.integer(-1000), .integer(1000)])),
      ]
    case .mr:
      [
        ("normalize", .boolean(true)), ("normalizeScale", .integer(100)),
        ("binWidth", .integer(5)), ("voxelArrayShift", .integer(300)),
        ("resegmentRange", .list([.integer(-3), .integer(3)])), ("resegmentMode", .text("sigma")),
      ]
    case .pet:
      [
        ("binWidth", .number(0.25)), ("resegmentRange", .list([.integer(0)])),
      ]
    }
  }
}
