import Basics

/// How one modality turns tissue into signal: contrast, bias field, texture, noise and scale.
struct Imaging: Sendable {
  private let contrast: Contrast
  private let bias: SmoothNoise
  private let texture: SmoothNoise
  private let noise: Double
  private let noiseSeed: UInt64
  /// The value of white matter's signal.
  private let scale: Double

  init(
    _ modality: BrainModality, _ parameters: BrainPhantom.Parameters, random: inout SplitMix
  ) {
    contrast = Contrast.typical(of: modality).varied(&random)
    bias = SmoothNoise(wavelength: 130, random: &random)
    texture = SmoothNoise(wavelength: 9, random: &random)
    noise = parameters.noise
    noiseSeed = random.next()
    scale = random.uniform(300...1500).rounded()
  }

  /// The value of a voxel: a whole number, at least 1, so that 0 means outside of the brain.
  func sample(_ tissue: TissueMix, _ lesion: LesionMix, at point: Point, voxel: Int) -> Float {
    // Diseased tissue is less even than healthy tissue.
    let unevenness = 1 + (0.05 + 0.25 * lesion.total) * texture(point)
    let signal = contrast.signal(tissue, lesion) * unevenness * (1 + 0.25 * bias(point))
    // Rician: the magnitude of a complex signal with Gaussian noise in both parts.
    let bits = SplitMix.mixed(noiseSeed &+ UInt64(voxel) &* 0x9E37_79B9_7F4A_7C15)
    let real = signal + noise * SplitMix.gaussian(bits)
    let imaginary = noise * SplitMix.gaussian(SplitMix.mixed(bits ^ noiseSeed))
    let magnitude = (real * real + imaginary * imaginary).squareRoot()
    return Float(min(32767, max(1, (scale * magnitude).rounded())))
  }
}
