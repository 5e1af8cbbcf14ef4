/// A filter of the IBSI as parameter files state it, beside PyRadiomics' image types:
/// `Laws: {kernel: L5E5E5, energy: 7, pooling: max}`. A setting that has a list of values stands for a
/// filter for each of them.
struct FilterParameters {
  /// The names of the filters.
  enum Kind: String, CaseIterable {
    case gabor = "Gabor"
    case laplacianOfGaussian = "LaplacianOfGaussian"
    case laws = "Laws"
    case mean = "Mean"
    case separableWavelet = "SeparableWavelet"
    case simoncelli = "Simoncelli"

    /// The settings that filters of this kind have.
    var settings: [String] {
      let own: [String] =
        switch self {
        case .gabor: ["sigma", "wavelength", "gamma", "theta", "thetaStep", "pooling"]
        case .laplacianOfGaussian: ["sigma", "cutoff", "riesz"]
        case .laws: ["kernel", "energy", "pooling"]
        case .mean: ["support"]
        case .separableWavelet: ["wavelet", "part", "level", "pooling"]
        case .simoncelli: ["level", "riesz"]
        }
      return own + ["boundary", "dimensions"]
    }
  }

  /// More filters in one entry are a mistake.
  private static let largestCount = 1000

  private let kind: Kind
  private let settings: ExtractionSettings
  /// The values of each setting that is given, in the order of the file.
  private let values: [(name: String, values: [ParameterValue])]

  /// - Parameter settings: those of the images, without the filter's own.
  init(
    _ kind: Kind, _ overrides: [ParameterValue.Entry], _ settings: ExtractionSettings
  ) throws(RadiomicsError) {
    self.kind = kind
    self.settings = settings
    var values: [(name: String, values: [ParameterValue])] = []
    for entry in overrides where kind.settings.contains(entry.key) {
      values.append((entry.key, try FilterParameters.choices(entry)))
    }
    self.values = values
    let count = values.reduce(1) { min($0, FilterParameters.largestCount + 1) * $1.values.count }
    guard 1...FilterParameters.largestCount ~= count else {
      throw .invalidSetting(
        name: "imageType \(kind.rawValue)", found: "lists that make \(count) filters",
        expected: "1 to \(FilterParameters.largestCount)")
    }
  }

  /// The values that a setting takes one after the other.
  private static func choices(
    _ entry: ParameterValue.Entry
  ) throws(RadiomicsError) -> [ParameterValue] {
    guard case .list(let list) = entry.value else { return [entry.value] }
    // Orders along the axes are a list themselves.
    if entry.key == "riesz", !list.contains(where: \.isList) { return [entry.value] }
    return list
  }

  /// The filters, the first setting changing slowest.
  func filters() throws(RadiomicsError) -> [ResponseFilter] {
    var chosen: [[String: ParameterValue]] = [[:]]
    for (name, values) in values {
      chosen = chosen.flatMap { earlier in
        values.map { value in
          var settings = earlier
          settings[name] = value
          return settings
        }
      }
    }
    var filters: [ResponseFilter] = []
    for settings in chosen {
      for filter in try Reader(kind: kind, own: settings, settings: self.settings).filters() {
        try filter.validate()
        filters.append(filter)
      }
    }
    return filters
  }
}

/// One value of each setting, read as a filter.
private struct Reader {
  let kind: FilterParameters.Kind
  let own: [String: ParameterValue]
  let settings: ExtractionSettings

  private func reader(_ name: String) -> ParameterReader? {
    own[name].map { ParameterReader(name: "\(kind.rawValue) \(name)", value: $0) }
  }

  private func number(_ name: String, default value: Double?) throws(RadiomicsError) -> Double {
    if let reader = reader(name) { return try reader.number() }
    guard let value else { throw missing(name) }
    return value
  }

  private func integer(
    _ name: String, _ range: ClosedRange<Int>, default value: Int?
  ) throws(RadiomicsError) -> Int {
    if let reader = reader(name) { return try reader.integer(range) }
    guard let value else { throw missing(name) }
    return value
  }

  private func text(_ name: String) throws(RadiomicsError) -> String {
    guard let reader = reader(name) else { throw missing(name) }
    return try reader.text()
  }

  private func missing(_ name: String) -> RadiomicsError {
    .invalidSetting(
      name: "\(kind.rawValue) \(name)", found: "nothing",
      expected: "a value, since it has no default")
  }

  /// Usually one; all parts of a wavelet where none is named.
  func filters() throws(RadiomicsError) -> [ResponseFilter] {
    let dimensions = try integer("dimensions", 2...3, default: settings.force2D ? 2 : 3)
    if dimensions == 2, settings.force2Ddimension != 0 {
      throw .invalidSetting(
        name: "force2Ddimension", found: "\(settings.force2Ddimension)",
        expected: "0 for \(kind.rawValue), whose slices lie across the third axis")
    }
    let pooling: ResponseFilter.Pooling? = try reader("pooling")?.optional {
      (value) throws(RadiomicsError) in try value.choice()
    }
    // Bands of frequencies are those of an image that repeats itself.
    let boundary: Boundary =
      try reader("boundary")?.choice() ?? (kind == .simoncelli ? .periodic : .mirror)
    let riesz = try reader("riesz").map { (value) throws(RadiomicsError) in try value.orders() }
    func filter(_ kernel: ResponseFilter.Kernel) -> ResponseFilter {
      ResponseFilter(
        kernel, boundary: boundary, isSliced: dimensions == 2, pooling: pooling, riesz: riesz)
    }
    switch kind {
    case .mean: return [filter(.mean(support: try integer("support", 1...9999, default: nil)))]
    case .laplacianOfGaussian:
      return [
        filter(
          .laplacianOfGaussian(
            sigma: try number("sigma", default: nil), cutoff: try number("cutoff", default: 4)))
      ]
    case .laws:
      let kernels = try LawsKernel.kernels(try text("kernel"))
      let energy = try reader("energy")?.optional { (value) throws(RadiomicsError) in
        try value.integer(0...4999)
      }
      return [filter(.laws(kernels, energyDistance: energy))]
    case .gabor:
      let step = try reader("thetaStep")?.optional { (value) throws(RadiomicsError) in
        try value.number()
      }
      return [
        filter(
          .gabor(
            Gabor(
              sigma: try number("sigma", default: nil),
              wavelength: try number("wavelength", default: nil),
              gamma: try number("gamma", default: 1), theta: try number("theta", default: 0),
              thetaStep: step)))
      ]
    case .separableWavelet:
      let wavelet = try Wavelet(named: try text("wavelet"))
      let level = try integer("level", 1...16, default: 1)
      let parts = own["part"] == nil ? Reader.parts(dimensions) : [try text("part")]
      return parts.map { filter(.wavelet(wavelet, part: $0, level: level)) }
    case .simoncelli:
      return [filter(.simoncelli(level: try integer("level", 1...16, default: 1)))]
    }
  }

  /// All parts, in the order of PyRadiomics' wavelets.
  private static func parts(_ dimensions: Int) -> [String] {
    let all = (0..<1 << dimensions).map { bits in
      String((0..<dimensions).map { bits >> (dimensions - 1 - $0) & 1 == 0 ? "L" : "H" })
    }
    return Array(all.dropFirst()) + all.prefix(1)
  }
}

extension ParameterReader {
  /// The orders of a Riesz transform along x, y and, in space, z.
  fileprivate func orders() throws(RadiomicsError) -> SIMD3<Int> {
    let numbers = try numbers("two or three whole numbers from 0, such as [1, 0, 0]") {
      2...3 ~= $0.count && $0.allSatisfy { 0...8 ~= $0 && $0.rounded() == $0 }
    }
    return SIMD3(Int(numbers[0]), Int(numbers[1]), numbers.count == 3 ? Int(numbers[2]) : 0)
  }
}

extension ParameterValue {
  fileprivate var isList: Bool {
    if case .list = self { true } else { false }
  }
}
