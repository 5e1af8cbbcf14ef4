import Foundation
public import Volumes

extension Segmentation {
  /// How undecided the network is about each voxel, in bits; nil where probabilities were not kept.
  ///
  /// For classes it is the entropy of their probabilities, the sum of -p log2 p: 0 where one is certain,
  /// log2 of their number where all are as likely. For regions it is the largest entropy of one of them,
  /// each being there or not. The probabilities are those of the outputs' mean over all windows and
  /// mirrorings that show the voxel. Outside the mask it is 0.
  public func uncertainty(_ output: Output) -> Volume? {
    guard let probabilities, probabilities.channels == output.values.count else { return nil }
    let count = probabilities.geometry.voxelCount
    func bits(_ probability: Float) -> Float {
      probability > 0 ? -probability * log2(probability) : 0
    }
    var result = Volume(geometry: probabilities.geometry)
    probabilities.samples.withUnsafeBufferPointer { samples in
      result.withMutableElements { target in
        for voxel in 0..<count where mask.voxels[voxel] {
          var sum: Float = 0
          for channel in output.values.indices {
            let probability = samples[channel * count + voxel]
            switch output.decision {
            case .argmax, .foreground: sum += bits(probability)
            case .regions: sum = max(sum, bits(probability) + bits(1 - probability))
            }
          }
          target[voxel] = sum
        }
      }
    }
    return result
  }
}
