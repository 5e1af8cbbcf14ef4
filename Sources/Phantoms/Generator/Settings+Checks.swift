import Basics

extension BrainGenerator.Settings {
  func check() throws(PhantomError) {
    var grid = BrainPhantom.Parameters()
    grid.size = size
    grid.spacing = spacing
    try grid.check()
    func check(_ value: Double, _ name: String, in range: ClosedRange<Double>) throws(PhantomError)
    {
      guard range.contains(value) else {
        throw .invalidParameter(
          name: name, found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    func check<Bound>(
      _ value: ClosedRange<Bound>, _ name: String, in range: ClosedRange<Bound>
    ) throws(PhantomError) {
      guard range.contains(value.lowerBound), range.contains(value.upperBound) else {
        throw .invalidParameter(
          name: name, found: "\(value.lowerBound) to \(value.upperBound)",
          expected: "a range within \(range.lowerBound) to \(range.upperBound)")
      }
    }
    guard !modalities.isEmpty, Set(modalities).count == modalities.count else {
      throw .invalidParameter(
        name: "list of modalities",
        found: modalities.isEmpty
          ? "empty" : modalities.map(\.rawValue).joined(separator: ","),
        expected: "each of t1n, t1c, t2w, t2f at most once")
    }
    guard pathologies.values.allSatisfy({ $0 >= 0 && $0.isFinite }),
      pathologies.values.contains(where: { $0 > 0 })
    else {
      throw .invalidParameter(
        name: "share of pathologies", found: "\(pathologies.values.sorted())",
        expected: "numbers of at least 0, not all of them 0")
    }
    try check(tumours, "number of tumours", in: 1...12)
    try check(tumourRadius, "tumour radius", in: 2...40)
    try check(plaques, "number of plaques", in: 1...300)
    try check(plaqueRadius, "plaque radius", in: 0.8...15)
    try check(infarcts, "number of infarcts", in: 1...12)
    try check(rotation, "rotation", in: 0...90)
    try check(shift, "shift", in: 0...100)
    try check(scale, "scale", in: 0.5...1.5)
    try check(deformation, "deformation", in: 0...2)
    try check(skull, "probability of a skull", in: 0...1)
    try check(randomContrast, "probability of random contrast", in: 0...1)
    try check(contrastVariation, "variation of contrast", in: 0...1)
    try check(noise, "noise", in: 0...1)
    try check(bias, "bias field", in: 0...0.8)
    try check(blur, "blur", in: 0...5)
    try check(motion, "probability of motion", in: 0...1)
    try check(thickSlices, "probability of thick slices", in: 0...1)
    try check(sliceThickness, "slice thickness", in: 1...12)
  }

  /// A pathology, each as often as it has a share.
  func pathology(_ random: inout SplitMix) -> Pathology {
    let shares = Pathology.allCases.map { pathologies[$0] ?? 0 }
    var rest = random.uniform(0...1) * shares.reduce(0, +)
    for (pathology, share) in zip(Pathology.allCases, shares) where share > 0 {
      if rest < share { return pathology }
      rest -= share
    }
    return Pathology.allCases.last { pathologies[$0] ?? 0 > 0 } ?? .none
  }
}
