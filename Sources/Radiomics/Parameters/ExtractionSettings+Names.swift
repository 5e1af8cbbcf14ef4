extension ExtractionSettings {
  /// Sets one setting by PyRadiomics' name.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for an unknown name or a value
  ///   beyond what PyRadiomics' schema takes.
  public mutating func set(_ name: String, to value: ParameterValue) throws(RadiomicsError) {
    let reader = ParameterReader(name: name, value: value)
    guard let setter = ExtractionSettings.setters[name] else {
      throw .invalidSetting(
        name: name, found: "a name that is not known",
        expected: "one of " + ExtractionSettings.names.joined(separator: ", "))
    }
    try setter(&self, reader)
    note(name, value)
  }

  /// The names of all settings, in alphabetical order.
  public static var names: [String] { setters.keys.sorted() }

  private typealias Setter =
    @Sendable (inout ExtractionSettings, ParameterReader) throws(RadiomicsError) -> Void

  private static let setters: [String: Setter] = [
    "normalize": { (s, v) throws(RadiomicsError) in s.normalize = try v.boolean() },
    "normalizeScale": { (s, v) throws(RadiomicsError) in s.normalizeScale = try v.positive() },
    "removeOutliers": { (s, v) throws(RadiomicsError) in
      s.removeOutliers = try v.optional { (v) throws(RadiomicsError) in try v.positive() }
    },
    "resampledPixelSpacing": { (s, v) throws(RadiomicsError) in
      s.resampledPixelSpacing = try v.optional { (v) throws(RadiomicsError) in try v.spacing() }
    },
    "interpolator": { (s, v) throws(RadiomicsError) in
      s.interpolator = try v.optional { (v) throws(RadiomicsError) in try v.interpolator() }
    },
    "padDistance": { (s, v) throws(RadiomicsError) in s.padDistance = try v.integer(0...10_000) },
    "preCrop": { (s, v) throws(RadiomicsError) in s.preCrop = try v.boolean() },
    "resegmentRange": { (s, v) throws(RadiomicsError) in
      s.resegmentRange = try v.optional { (v) throws(RadiomicsError) in
        try v.numbers("one or two numbers") { 1...2 ~= $0.count }
      }
    },
    "resegmentMode": { (s, v) throws(RadiomicsError) in s.resegmentMode = try v.choice() },
    "resegmentShape": { (s, v) throws(RadiomicsError) in s.resegmentShape = try v.boolean() },
    "minimumROIDimensions": { (s, v) throws(RadiomicsError) in
      s.minimumROIDimensions = try v.integer(1...3)
    },
    "minimumROISize": { (s, v) throws(RadiomicsError) in
      s.minimumROISize = try v.optional { (v) throws(RadiomicsError) in try v.integer(1...(1 << 40))
      }
    },
    "geometryTolerance": { (s, v) throws(RadiomicsError) in
      s.geometryTolerance = try v.optional { (v) throws(RadiomicsError) in try v.positive() }
    },
    "correctMask": { (s, v) throws(RadiomicsError) in s.correctMask = try v.boolean() },
    "label": { (s, v) throws(RadiomicsError) in s.label = try v.integer(1...65535) },
    "label_channel": { (s, v) throws(RadiomicsError) in s.labelChannel = try v.integer(0...65535) },
    "additionalInfo": { (s, v) throws(RadiomicsError) in s.additionalInfo = try v.boolean() },
    "binWidth": { (s, v) throws(RadiomicsError) in s.binWidth = try v.positive() },
    "binCount": { (s, v) throws(RadiomicsError) in
      s.binCount = try v.optional { (v) throws(RadiomicsError) in
        try v.integer(1...Discretisation.largestLevelCount)
      }
    },
    "force2D": { (s, v) throws(RadiomicsError) in s.force2D = try v.boolean() },
    "force2Ddimension": { (s, v) throws(RadiomicsError) in
      s.force2Ddimension = try v.integer(0...2)
    },
    "weightingNorm": { (s, v) throws(RadiomicsError) in
      s.weightingNorm = try v.optional { (v) throws(RadiomicsError) -> DistanceWeighting in
        try v.choice()
      }
    },
    "distances": { (s, v) throws(RadiomicsError) in
      let distances = try v.numbers("whole numbers from 1 to \(TextureSettings.largestDistance)") {
        !$0.isEmpty
          && $0.allSatisfy {
            1...Double(TextureSettings.largestDistance) ~= $0 && $0.rounded() == $0
          }
      }
      s.distances = distances.map { Int($0) }
    },
    "symmetricalGLCM": { (s, v) throws(RadiomicsError) in s.symmetricalGLCM = try v.boolean() },
    "gldm_a": { (s, v) throws(RadiomicsError) in s.gldmA = try v.integer(0...(1 << 20)) },
    "voxelArrayShift": { (s, v) throws(RadiomicsError) in s.voxelArrayShift = try v.number() },
    "sigma": { (s, v) throws(RadiomicsError) in s.sigma = try v.sigmas() },
    "start_level": { (s, v) throws(RadiomicsError) in s.startLevel = try v.integer(0...16) },
    "level": { (s, v) throws(RadiomicsError) in s.level = try v.integer(1...16) },
    "wavelet": { (s, v) throws(RadiomicsError) in s.wavelet = try v.text() },
    "gradientUseSpacing": { (s, v) throws(RadiomicsError) in
      s.gradientUseSpacing = try v.boolean()
    },
    "lbp2DRadius": { (s, v) throws(RadiomicsError) in s.lbp2DRadius = try v.positive() },
    "lbp2DSamples": { (s, v) throws(RadiomicsError) in s.lbp2DSamples = try v.integer(1...1024) },
    "lbp2DMethod": { (s, v) throws(RadiomicsError) in s.lbp2DMethod = try v.text() },
    "lbp3DLevels": { (s, v) throws(RadiomicsError) in s.lbp3DLevels = try v.integer(1...64) },
    "lbp3DIcosphereRadius": { (s, v) throws(RadiomicsError) in
      s.lbp3DIcosphereRadius = try v.positive()
    },
    "lbp3DIcosphereSubdivision": { (s, v) throws(RadiomicsError) in
      s.lbp3DIcosphereSubdivision = try v.integer(0...8)
    },
    "kernelRadius": { (s, v) throws(RadiomicsError) in s.kernelRadius = try v.integer(1...64) },
    "maskedKernel": { (s, v) throws(RadiomicsError) in s.maskedKernel = try v.boolean() },
    "initValue": { (s, v) throws(RadiomicsError) in s.initValue = try v.number() },
    "voxelBatch": { (s, v) throws(RadiomicsError) in s.voxelBatch = try v.integer(-1...(1 << 40)) },
  ]
}

/// The value of a setting, read as what the setting takes.
struct ParameterReader {
  let name: String
  let value: ParameterValue

  func wrong(_ expected: String) -> RadiomicsError {
    .invalidSetting(name: name, found: "\(value)", expected: expected)
  }

  func optional<Value>(
    _ read: (ParameterReader) throws(RadiomicsError) -> Value
  ) throws(RadiomicsError) -> Value? {
    value == .null ? nil : try read(self)
  }

  func boolean() throws(RadiomicsError) -> Bool {
    guard case .boolean(let value) = value else { throw wrong("true or false") }
    return value
  }

  func integer(_ range: ClosedRange<Int>) throws(RadiomicsError) -> Int {
    guard case .integer(let value) = value, range ~= value else {
      throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number() throws(RadiomicsError) -> Double {
    guard let number = value.double, !number.isInfinite else { throw wrong("a number") }
    return number
  }

  func positive() throws(RadiomicsError) -> Double {
    guard let number = value.double, number > 0, number.isFinite else {
      throw wrong("a number above 0")
    }
    return number
  }

  func text() throws(RadiomicsError) -> String {
    guard case .text(let value) = value else { throw wrong("a name") }
    return value
  }

  func choice<Choice: RawRepresentable & CaseIterable>() throws(RadiomicsError) -> Choice
  where Choice.RawValue == String {
    guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
      throw wrong(Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  func numbers(
    _ expected: String, _ isRight: ([Double]) -> Bool
  ) throws(RadiomicsError) -> [Double] {
    guard case .list(let values) = value else { throw wrong(expected) }
    let numbers = values.compactMap(\.double)
    guard numbers.count == values.count, numbers.allSatisfy(\.isFinite), isRight(numbers) else {
      throw wrong(expected)
    }
    return numbers
  }

  func spacing() throws(RadiomicsError) -> SIMD3<Double> {
    let numbers = try numbers("three numbers from 0, in millimetres along x, y and z") {
      $0.count == 3 && $0.allSatisfy { $0 >= 0 && ($0 == 0 || 1e-3...1e3 ~= $0) }
    }
    return SIMD3(numbers[0], numbers[1], numbers[2])
  }

  func interpolator() throws(RadiomicsError) -> ScanInterpolator {
    // SimpleITK numbers its interpolators.
    switch value {
    case .integer(1): .nearest
    case .integer(2): .linear
    case .integer(3): .cubicSpline
    default: try choice()
    }
  }

  func sigmas() throws(RadiomicsError) -> [ExtractionSettings.Sigma] {
    _ = try numbers("a list of millimetres above 0") { $0.allSatisfy { $0 > 0 } }
    guard case .list(let values) = value else { return [] }
    return values.map { .init(millimetres: $0.double ?? .nan, text: "\($0)") }
  }
}

extension ParameterValue {
  /// A number, whole or not.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
