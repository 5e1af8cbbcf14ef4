internal import Basics
internal import ConvNet
import Foundation

/// Random changes of segments, so that a network does not learn what does not matter.
///
/// Intensities change only where a channel is not zero: the background stays as inference sees it.
public struct Augmentation: Sendable, Hashable, Codable {
  /// The axes of the grid along which segments are mirrored: 0 for i, 1 for j, 2 for k.
  public var mirrorAxes: [Int] = []
  /// The probability of being mirrored along each of them.
  public var mirror = 0.0
  /// The probability of being rotated.
  public var rotation = 0.0
  /// The largest angle about each axis, in degrees.
  public var rotationDegrees = 30.0
  /// The probability of being scaled.
  public var zoom = 0.0
  /// The smallest and the largest magnification.
  public var zoomRange = [0.7, 1.4]
  /// The standard deviation of what is added to each channel, in units of the normalised image.
  public var shift = 0.0
  /// The standard deviation around 1 of the factor of each channel.
  public var scale = 0.0
  /// The probability that noise is added.
  public var noise = 0.0
  /// The largest standard deviation of the noise.
  public var noiseDeviation = 0.3
  /// The probability that a channel is blurred by a Gaussian.
  public var blur = 0.0
  /// The smallest and the largest standard deviation of the blur, in voxels.
  public var blurRange = [0.5, 1.0]
  /// The probability that a channel is sampled more coarsely and interpolated again.
  public var lowResolution = 0.0
  /// The smallest and the largest part of the resolution that is left.
  public var lowResolutionRange = [0.5, 1.0]
  /// The probability that a channel's brightness is multiplied.
  public var brightness = 0.0
  /// The smallest and the largest factor.
  public var brightnessRange = [0.75, 1.25]
  /// The probability that a channel's contrast around its mean changes.
  public var contrast = 0.0
  /// The smallest and the largest factor.
  public var contrastRange = [0.75, 1.25]
  /// The probability that a channel's intensities, scaled to 0 to 1, are raised to a power; the mean
  /// and the standard deviation are kept.
  public var gamma = 0.0
  /// The smallest and the largest power.
  public var gammaRange = [0.7, 1.5]

  /// None; set what is wanted.
  public init() {}

  /// That of DeepMedic's program: mirrored along i, which for a head in its usual orientation is from
  /// right to left, and intensities shifted and scaled a little.
  public static let deepMedic: Augmentation = {
    var augmentation = Augmentation()
    augmentation.mirrorAxes = [0]
    augmentation.mirror = 0.5
    augmentation.shift = 0.05
    augmentation.scale = 0.01
    return augmentation
  }()

  /// nnU-Net's, with its probabilities.
  public static let nnUNet: Augmentation = {
    var augmentation = Augmentation()
    augmentation.mirrorAxes = [0, 1, 2]
    augmentation.mirror = 0.5
    augmentation.rotation = 0.2
    augmentation.zoom = 0.2
    augmentation.noise = 0.1
    augmentation.blur = 0.2
    augmentation.lowResolution = 0.25
    augmentation.brightness = 0.15
    augmentation.contrast = 0.15
    augmentation.gamma = 0.3
    return augmentation
  }()

  /// What contradicts itself, or nil.
  var fault: String? {
    let chances = [
      mirror, rotation, zoom, noise, blur, lowResolution, brightness, contrast, gamma,
    ]
    guard chances.allSatisfy({ 0...1 ~= $0 }) else {
      return "probabilities of augmentation must be between 0 and 1"
    }
    guard mirrorAxes.allSatisfy({ 0...2 ~= $0 }) else { return "mirrorAxes are 0, 1 and 2" }
    let ranges = [
      zoomRange, blurRange, lowResolutionRange, brightnessRange, contrastRange, gammaRange,
    ]
    guard ranges.allSatisfy({ $0.count == 2 && 0 < $0[0] && $0[0] <= $0[1] && $0[1] <= 10 }) else {
      return "ranges of augmentation are two positive numbers up to 10, the smaller first"
    }
    let sizes = [rotationDegrees, shift, scale, noiseDeviation]
    return sizes.allSatisfy { 0...360 ~= $0 } ? nil : "sizes of augmentation must be 0 or more"
  }
}

extension Augmentation {
  /// The map from a segment's voxels, relative to its centre, to the image's, drawn at random.
  func map(using random: inout SplitMix) -> SegmentMap {
    var map = SegmentMap()
    for axis in mirrorAxes where random.chance(mirror) { map.mirrors[axis] = true }
    if random.chance(rotation) {
      let limit = rotationDegrees * .pi / 180
      for axis in 0..<3 { map.rotate(about: axis, by: random.uniform(-limit, limit)) }
    }
    if random.chance(zoom) { map.zoom(by: random.uniform(zoomRange[0], zoomRange[1])) }
    return map
  }

  /// Changes the intensities of a segment.
  func changeIntensities(of image: inout Tensor, using random: inout SplitMix) {
    let size = image.size
    let count = size.z * size.y * size.x
    let channels = image.channels
    image.values.withUnsafeMutableBufferPointer { values in
      for channel in 0..<channels {
        let part = UnsafeMutableBufferPointer(
          rebasing: values[channel * count..<(channel + 1) * count])
        changeChannel(part, size, using: &random)
      }
    }
  }

  private func changeChannel(
    _ values: UnsafeMutableBufferPointer<Float>, _ size: Triple, using random: inout SplitMix
  ) {
    func apply(_ change: (Float) -> Float) {
      for index in values.indices where values[index] != 0 { values[index] = change(values[index]) }
    }
    func draw(_ range: [Double], _ random: inout SplitMix) -> Float {
      Float(random.uniform(range[0], range[1]))
    }
    if random.chance(noise) {
      let deviation = random.uniform(0, noiseDeviation)
      apply { $0 + Float(deviation * random.normal()) }
    }
    if random.chance(blur) {
      Smoothing.apply(
        Smoothing.gaussian(random.uniform(blurRange[0], blurRange[1])), to: values, size)
    }
    if random.chance(lowResolution) {
      let part = min(1, random.uniform(lowResolutionRange[0], lowResolutionRange[1]))
      Smoothing.coarsen(values, size, to: part)
    }
    if random.chance(brightness) {
      let factor = draw(brightnessRange, &random)
      apply { $0 * factor }
    }
    if random.chance(contrast) {
      let factor = draw(contrastRange, &random)
      let (mean, _) = moments(values)
      apply { ($0 - mean) * factor + mean }
    }
    if random.chance(gamma) { raise(values, to: draw(gammaRange, &random)) }
    if shift > 0 || scale > 0 {
      let offset = Float(shift * random.normal())
      let factor = Float(1 + scale * random.normal())
      apply { ($0 + offset) * factor }
    }
  }

  private func raise(_ values: UnsafeMutableBufferPointer<Float>, to power: Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value != 0 { (low, high) = (min(low, value), max(high, value)) }
    let range = high - low
    guard range > 1e-6, range.isFinite else { return }
    let before = moments(values)
    for index in values.indices where values[index] != 0 {
      values[index] = pow((values[index] - low) / range, power) * range + low
    }
    let after = moments(values)
    guard after.deviation > 1e-6 else { return }
    let factor = before.deviation / after.deviation
    for index in values.indices where values[index] != 0 {
      values[index] = (values[index] - after.mean) * factor + before.mean
    }
  }

  /// The mean and the standard deviation of what is not zero.
  private func moments(
    _ values: UnsafeMutableBufferPointer<Float>
  ) -> (mean: Float, deviation: Float) {
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for value in values where value != 0 {
      sum += Double(value)
      squares += Double(value) * Double(value)
      count += 1
    }
    guard count > 0 else { return (0, 0) }
    let mean = sum / count
    return (Float(mean), Float(max(0, squares / count - mean * mean).squareRoot()))
  }
}
