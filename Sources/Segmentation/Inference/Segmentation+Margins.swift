public import Volumes

extension Segmentation {
  /// How far inside of each label voxels are: positive inside and negative outside, from -1 to 1,
  /// zero where the network is undecided. Empty where probabilities were not kept.
  ///
  /// For classes it is the probability less the largest one of another label, for the decision
  /// "foreground" at most the probability of all labels together above the threshold; for regions it is
  /// that above the threshold, less that of any later region, which takes precedence.
  ///
  /// - Parameter output: what the probabilities' channels are.
  public func margins(_ output: Output) -> [UInt16: Volume] {
    guard let probabilities, probabilities.channels == output.values.count else { return [:] }
    let count = probabilities.geometry.voxelCount
    var margins: [UInt16: Volume] = [:]
    for value in Set(output.values) where value > 0 {
      let own = output.values.indices.filter { output.values[$0] == value }
      var margin = Volume(geometry: probabilities.geometry)
      probabilities.samples.withUnsafeBufferPointer { samples in
        margin.withMutableElements { target in
          for voxel in 0..<count {
            func probability(_ channel: Int) -> Float { samples[channel * count + voxel] }
            switch output.decision {
            case .argmax:
              var (inside, outside) = (-Float.infinity, -Float.infinity)
              for channel in output.values.indices {
                if output.values[channel] == value {
                  inside = max(inside, probability(channel))
                } else {
                  outside = max(outside, probability(channel))
                }
              }
              target[voxel] = outside.isFinite ? inside - outside : 1
            case .foreground:
              var (inside, outside) = (-Float.infinity, -Float.infinity)
              for channel in output.values.indices.dropFirst() {
                if output.values[channel] == value {
                  inside = max(inside, probability(channel))
                } else {
                  outside = max(outside, probability(channel))
                }
              }
              let depth = 1 - probability(0) - Float(output.threshold ?? 0.5)
              target[voxel] = outside.isFinite ? min(inside - outside, depth) : depth
            case .regions:
              let threshold = Float(output.threshold ?? 0.5)
              var depth = -Float.infinity
              for channel in own {
                var own = probability(channel) - threshold
                for later in output.values.indices.dropFirst(channel + 1)
                where output.values[later] != value {
                  own = min(own, threshold - probability(later))
                }
                depth = max(depth, own)
              }
              target[voxel] = depth
            }
          }
        }
      }
      margins[value] = margin
    }
    return margins
  }
}
