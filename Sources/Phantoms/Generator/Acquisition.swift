internal import Basics
import Parallel

/// How one channel is measured: motion, blur, thick slices, bias field, noise and scale.
struct Acquisition: Sendable {
  /// Thick slices along an axis.
  struct Slices: Sendable {
    var axis: Int
    /// The thickness in voxels, at least 1.
    var thickness: Double
  }

  /// A grid in the patient: the position of the first voxel and the steps, in millimetres.
  struct Grid: Sendable {
    var origin: SIMD3<Double>
    var step: SIMD3<Double>
    var size: SIMD3<Int>

    /// The grid of thick slices.
    func sliced(_ slices: Slices) -> Grid {
      let count = size[slices.axis]
      let map = AxisMap.slices(of: count, thickness: slices.thickness)
      let start = AxisMap.sliceStart(
        of: count, thickness: slices.thickness, slices: map.count)
      var grid = self
      grid.size[slices.axis] = map.count
      grid.step[slices.axis] *= slices.thickness
      grid.origin[slices.axis] += step[slices.axis] * (start + 0.5 * slices.thickness - 0.5)
      return grid
    }
  }

  let table: SignalTable
  let texture: LatticeField
  let slices: Slices?
  private let isInterpolated: Bool
  private let bias: LatticeField
  private let biasAmplitude: Float
  private let blur: Double
  private let ghost: (axis: Int, fraction: Double, strength: Double)?
  private let noise: Double
  private let noiseSeed: UInt64
  /// The value of white matter's signal.
  private let scale: Double

  /// - Parameter nativeSlices: the slices that all channels share, or nil where each has its own.
  init(
    _ modality: BrainModality, seed: UInt64, _ settings: BrainGenerator.Settings,
    isRandomized: Bool, patient: [Double], nativeSlices: Slices?, spacing: SIMD3<Double>
  ) {
    let channel = BrainModality.allCases.firstIndex(of: modality)!
    var random = SplitMix(seed: seed, purpose: 10 + UInt64(channel))
    table =
      isRandomized
      ? .randomized(random: &random)
      : .ordinary(
        modality, variation: settings.contrastVariation, patient: patient, random: &random)
    texture = LatticeField(wavelength: random.uniform(2.5...7), random: &random)
    bias = LatticeField(wavelength: random.uniform(70...140), random: &random)
    biasAmplitude = Float(random.uniform(settings.bias))
    blur = random.uniform(settings.blur)
    let strength = random.uniform(0.03...0.16)
    let ghostAxis = random.integer(0...1)
    let fraction = 1 / Double(random.integer(2...7))
    ghost =
      random.chance(settings.motion)
      ? (ghostAxis, fraction, random.chance(0.5) ? strength : -strength) : nil
    noise = random.uniform(settings.noise)
    noiseSeed = random.next()
    scale = random.uniform(150...1500).rounded()
    switch settings.sliceGrid {
    case .native:
      slices = nativeSlices
      isInterpolated = false
    case .resampled:
      slices = Acquisition.slices(settings, spacing: spacing, random: &random)
      isInterpolated = true
    }
  }

  /// Thick slices, or nil where the settings or chance want none, or they would be thinner than a
  /// voxel. Most are transverse.
  static func slices(
    _ settings: BrainGenerator.Settings, spacing: SIMD3<Double>, random: inout SplitMix
  ) -> Slices? {
    let isThick = random.chance(settings.thickSlices)
    let axis = [2, 2, 2, 1, 0][random.integer(0...4)]
    let thickness = random.uniform(settings.sliceThickness) / spacing[axis]
    return isThick && thickness > 1.05 ? Slices(axis: axis, thickness: thickness) : nil
  }

  /// What the scanner makes of a signal.
  ///
  /// - Parameters:
  ///   - signal: of each voxel of `grid`, in units of white matter's.
  ///   - brain: the part of each voxel that is brain, to strip the rest off, or nil to keep it.
  /// - Returns: the samples on `grid`, or on that of the slices where they are not interpolated.
  func measure(
    _ signal: [Float], on grid: Grid, brain: [Float]?, workers: Workers
  ) -> [Float] {
    var samples = signal
    let size = grid.size
    if let ghost {
      let distance = max(1, Int(ghost.fraction * Double(size[ghost.axis])))
      samples = AxisMap.ghosts(
        count: size[ghost.axis], distance: distance, strength: ghost.strength
      ).apply(samples, size: size, axis: ghost.axis, workers: workers)
    }
    for axis in 0..<3 where axis != slices?.axis {
      let sigma = blur / abs(grid.step[axis])
      guard sigma > 0.2 else { continue }
      samples = AxisMap.blur(count: size[axis], sigma: sigma)
        .apply(samples, size: size, axis: axis, workers: workers)
    }
    var measured = grid
    if let slices {
      samples = AxisMap.slices(of: size[slices.axis], thickness: slices.thickness)
        .apply(samples, size: size, axis: slices.axis, workers: workers)
      measured = grid.sliced(slices)
    }
    addBiasAndNoise(&samples, on: measured, workers: workers)
    if let slices, isInterpolated {
      samples = AxisMap.interpolation(to: size[slices.axis], thickness: slices.thickness)
        .apply(samples, size: measured.size, axis: slices.axis, workers: workers)
    }
    if let brain {
      samples.withUnsafeMutableBufferPointer { samples in
        // Each range writes its own voxels only.
        nonisolated(unsafe) let samples = samples
        workers.forEachRange(of: samples.count, chunk: 1 << 16) { range, _ in
          for voxel in range {
            // 0 means outside of the brain and nothing else.
            samples[voxel] = brain[voxel] > 0.5 ? max(1, samples[voxel]) : 0
          }
        }
      }
    }
    return samples
  }

  private func addBiasAndNoise(_ samples: inout [Float], on grid: Grid, workers: Workers) {
    let sampler = LatticeField.Sampler(
      bias, origin: grid.origin, step: grid.step, size: grid.size, workers: workers)
    let width = grid.size.x
    samples.withUnsafeMutableBufferPointer { samples in
      // Each row writes its own voxels only.
      nonisolated(unsafe) let samples = samples
      workers.forEach(grid.size.y * grid.size.z) { row, _ in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: sampler.scratchCount) { scratch in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { field in
            sampler.row(row % grid.size.y, row / grid.size.y, scratch: scratch, into: field)
            for i in 0..<width {
              let voxel = row * width + i
              let signal = Double(samples[voxel] * max(0.25, 1 + biasAmplitude * field[i]))
              samples[voxel] = Float(scale * rician(signal, voxel: voxel))
            }
          }
        }
      }
    }
  }

  /// The magnitude of a complex signal with Gaussian noise in both parts.
  @inline(__always)
  private func rician(_ signal: Double, voxel: Int) -> Double {
    let bits = SplitMix.mixed(noiseSeed &+ UInt64(voxel) &* 0x9E37_79B9_7F4A_7C15)
    let real = signal + noise * SplitMix.gaussian(bits)
    let imaginary = noise * SplitMix.gaussian(SplitMix.mixed(bits ^ noiseSeed))
    return (real * real + imaginary * imaginary).squareRoot()
  }
}
