public import ArgumentParser
public import ConvNet
public import Phantoms
public import Segmentation
public import VolumeIO
public import Volumes

extension StoredType: ExpressibleByArgument {}
extension TrainingPlan.Kind: ExpressibleByArgument {}
extension UptakeValue: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
extension ONNXImporter.AxisOrder: ExpressibleByArgument {}
extension BrainGenerator.Settings.SliceGrid: ExpressibleByArgument {}

/// Three positive numbers: one for all axes, or three separated by commas.
struct Spacing: ExpressibleByArgument {
  let millimetres: SIMD3<Double>

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard numbers.count == 1 || numbers.count == 3,
      numbers.allSatisfy({ $0.map { $0 > 0 && $0.isFinite } ?? false })
    else { return nil }
    millimetres = [numbers[0]!, numbers.count == 3 ? numbers[1]! : numbers[0]!, numbers.last!!]
  }
}

/// Three positive whole numbers: one for all axes, or three separated by commas or "x".
struct GridSize: ExpressibleByArgument {
  let voxels: SIMD3<Int>

  init?(argument: String) {
    let numbers = argument.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "x" }
      .map { Int($0) }
    guard numbers.count == 1 || numbers.count == 3,
      numbers.allSatisfy({ $0.map { $0 > 0 } ?? false })
    else { return nil }
    voxels = [numbers[0]!, numbers.count == 3 ? numbers[1]! : numbers[0]!, numbers.last!!]
  }
}
