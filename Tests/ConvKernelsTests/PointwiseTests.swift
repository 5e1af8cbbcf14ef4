import ConvKernels
import Testing

/// Work on each voxel by itself against double precision.
@Suite struct PointwiseTests {
  private static let channelCounts = [1, 8, 11, 24]

  @Test(arguments: channelCounts) func affineActivate(channels: Int) {
    var numbers = TestNumbers(seed: channels)
    let size = [3, 4, 5]
    let input = FeatureMap(channels: channels, size: size, margin: 1)
    input.fill(&numbers)
    let other = FeatureMap(channels: max(1, channels - 9), size: size, margin: 2)
    other.fill(&numbers)
    func padded() -> [Float] {
      numbers.array(channels) + [Float](repeating: 0, count: (channels + 7) / 8 * 8 - channels)
    }
    let scale = padded()
    let shift = padded()
    let slope = padded()
    for isa in instructionSets {
      for pieces in 0..<8 {
        let output = FeatureMap(channels: channels, size: size, margin: 1, step: 2)
        var from = input.view
        var to = output.view
        var residual = other.view
        for task in 0..<ck_plane_count(&to) {
          withUnsafePointer(to: &residual) { residual in
            ck_affine_activate(
              isa, &from, pieces & 1 != 0 ? scale : nil, pieces & 1 != 0 ? shift : nil,
              pieces & 2 != 0 ? residual : nil, pieces & 4 != 0 ? slope : nil, &to, task)
          }
        }
        #expect(output.isIntact)
        for channel in 0..<channels {
          var expected = Double(input[channel, 2, 1, 3])
          if pieces & 1 != 0 {
            expected = expected * Double(scale[channel]) + Double(shift[channel])
          }
          if pieces & 2 != 0, channel < other.channels {
            expected += Double(other[channel, 2, 1, 3])
          }
          if pieces & 4 != 0, expected <= 0 { expected *= Double(slope[channel]) }
          #expect(abs(Double(output[channel, 2, 1, 3]) - expected) < 1e-6)
        }
      }
    }
  }

  @Test func affineActivateInPlace() {
    var numbers = TestNumbers(seed: 1)
    let map = FeatureMap(channels: 8, size: [2, 2, 3])
    map.fill(&numbers)
    let before = map.values
    let slope = [Float](repeating: 0, count: 8)
    var view = map.view
    for task in 0..<ck_plane_count(&view) {
      ck_affine_activate(ck_best_isa(), &view, nil, nil, nil, slope, &view, task)
    }
    #expect(map.values == before.map { max($0, 0) })
  }

  @Test(arguments: [1, 5, 8], [1, 7, 8, 21]) func interleaving(count: Int, width: Int) {
    let rows = (0..<count * 30).map { Float($0 + 1) }
    let map = FeatureMap(channels: 8, size: [1, 1, width], step: 2)
    ck_interleave(rows, 30, Int32(count), Int32(width), map.view.data, map.view.x_stride)
    for channel in 0..<8 {
      for x in 0..<width {
        #expect(map[channel, 0, 0, x] == (channel < count ? rows[channel * 30 + x] : 0))
      }
    }
    var back = [Float](repeating: -1, count: rows.count)
    ck_deinterleave(
      map.view.data, map.view.x_stride, Int32(count), Int32(width), &back, 30)
    #expect(back == rows.indices.map { $0 % 30 < width ? rows[$0] : -1 })
  }

  @Test(arguments: channelCounts) func channelSums(channels: Int) {
    var numbers = TestNumbers(seed: channels)
    let map = FeatureMap(channels: channels, size: [3, 2, 7], margin: 1)
    map.fill(&numbers)
    let centre = numbers.array((channels + 7) / 8 * 8)
    for isa in instructionSets {
      var view = map.view
      var sums = [Double](repeating: 0, count: (channels + 7) / 8 * 16)
      for task in 0..<ck_plane_count(&view) {
        var part = [Double](repeating: .nan, count: 16)
        ck_channel_sums(isa, &view, centre, task, &part)
        for index in 0..<16 { sums[Int(task) / 3 * 16 + index] += part[index] }
      }
      let voxels = map.voxels
      let each = voxels.count / channels
      for channel in 0..<channels {
        let values = voxels[channel * each..<(channel + 1) * each].map {
          $0 - Double(centre[channel])
        }
        let place = channel / 8 * 16 + channel % 8
        #expect(abs(sums[place] - values.reduce(0, +)) < 1e-12)
        #expect(abs(sums[place + 8] - values.map { $0 * $0 }.reduce(0, +)) < 1e-12)
      }
    }
  }
}
