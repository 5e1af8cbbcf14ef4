import Foundation

/// The features of one co-occurrence matrix.
struct GLCMMeasures: Sendable {
  var autocorrelation = 0.0
  var clusterProminence = 0.0
  var clusterShade = 0.0
  var clusterTendency = 0.0
  var contrast = 0.0
  var correlation = 0.0
  var differenceAverage = 0.0
  var differenceEntropy = 0.0
  var differenceVariance = 0.0
  var inverseDifference = 0.0
  var inverseDifferenceMoment = 0.0
  var inverseDifferenceMomentNormalized = 0.0
  var inverseDifferenceNormalized = 0.0
  var informationCorrelation1 = 0.0
  var informationCorrelation2 = 0.0
  var inverseVariance = 0.0
  var jointAverage = 0.0
  var jointEnergy = 0.0
  var jointEntropy = 0.0
  var maximalCorrelation = 0.0
  var maximumProbability = 0.0
  var sumAverage = 0.0
  var sumEntropy = 0.0
  var sumSquares = 0.0
}

extension GLCM {
  typealias Measure = any KeyPath<GLCMMeasures, Double> & Sendable

  /// The features of a convention with what they name, in PyRadiomics' order.
  static func names(_ convention: Convention) -> [(name: String, measure: Measure)] {
    convention == .pyradiomics ? all : ibsi
  }

  private static let all: [(name: String, measure: Measure)] = [
    ("Autocorrelation", \.autocorrelation), ("ClusterProminence", \.clusterProminence),
    ("ClusterShade", \.clusterShade), ("ClusterTendency", \.clusterTendency),
    ("Contrast", \.contrast), ("Correlation", \.correlation),
    ("DifferenceAverage", \.differenceAverage), ("DifferenceEntropy", \.differenceEntropy),
    ("DifferenceVariance", \.differenceVariance), ("Dissimilarity", \.differenceAverage),
    ("Homogeneity1", \.inverseDifference), ("Homogeneity2", \.inverseDifferenceMoment),
    ("Id", \.inverseDifference), ("Idm", \.inverseDifferenceMoment),
    ("Idmn", \.inverseDifferenceMomentNormalized), ("Idn", \.inverseDifferenceNormalized),
    ("Imc1", \.informationCorrelation1), ("Imc2", \.informationCorrelation2),
    ("InverseVariance", \.inverseVariance), ("JointAverage", \.jointAverage),
    ("JointEnergy", \.jointEnergy), ("JointEntropy", \.jointEntropy),
    ("MCC", \.maximalCorrelation), ("MaximumProbability", \.maximumProbability),
    ("SumAverage", \.sumAverage), ("SumEntropy", \.sumEntropy), ("SumSquares", \.sumSquares),
    ("SumVariance", \.clusterTendency),
  ]

  private static let ibsi = all.filter {
    !["Homogeneity1", "Homogeneity2", "MCC"].contains($0.name)
  }

  /// The features (IBSI 3.6.1 to 3.6.25, and Haralick's maximal correlation coefficient).
  func values() -> GLCMMeasures {
    var result = GLCMMeasures()
    var rows = [Double](repeating: 0, count: levels.count)
    var columns = rows
    var differences = [Double](repeating: 0, count: levelCount)
    var sums = [Double](repeating: 0, count: 2 * levelCount + 1)
    let values = levels.map(Double.init)
    var (meanRow, meanColumn) = (0.0, 0.0)
    for entry in entries {
      let (p, i, j) = (entry.probability, values[entry.i], values[entry.j])
      rows[entry.i] += p
      columns[entry.j] += p
      differences[abs(levels[entry.i] - levels[entry.j])] += p
      sums[levels[entry.i] + levels[entry.j]] += p
      meanRow += p * i
      meanColumn += p * j
      result.autocorrelation += p * i * j
      result.contrast += p * (i - j) * (i - j)
      result.jointEnergy += p * p
      result.jointEntropy -= p * logarithm(p, convention)
      result.maximumProbability = max(result.maximumProbability, p)
    }
    result.jointAverage = meanRow
    addCentralMoments(&result, values, meanRow, meanColumn)
    addMarginals(&result, differences, sums)
    addInformation(&result, rows, columns)
    if convention == .pyradiomics {
      result.maximalCorrelation = maximalCorrelation(rows, columns)
    }
    return result
  }

  private func addCentralMoments(
    _ result: inout GLCMMeasures, _ values: [Double], _ meanRow: Double, _ meanColumn: Double
  ) {
    var (varianceColumn, covariance) = (0.0, 0.0)
    for entry in entries {
      let p = entry.probability
      let (row, column) = (values[entry.i] - meanRow, values[entry.j] - meanColumn)
      let sum = values[entry.i] + values[entry.j] - meanRow - meanColumn
      let square = sum * sum
      result.clusterTendency += p * square
      result.clusterShade += p * square * sum
      result.clusterProminence += p * square * square
      result.sumSquares += p * row * row
      varianceColumn += p * column * column
      covariance += p * row * column
    }
    let deviations = result.sumSquares.squareRoot() * varianceColumn.squareRoot()
    // A flat matrix counts as wholly correlated.
    result.correlation =
      deviations == 0
      ? 1 : covariance / (convention == .pyradiomics ? deviations + .ulpOfOne : deviations)
  }

  /// What depends on i - j and i + j alone.
  private func addMarginals(
    _ result: inout GLCMMeasures, _ differences: [Double], _ sums: [Double]
  ) {
    let size = Double(levelCount)
    for (difference, p) in differences.enumerated() where p > 0 {
      let k = Double(difference)
      result.differenceAverage += p * k
      result.differenceEntropy -= p * logarithm(p, convention)
      result.inverseDifference += p / (1 + k)
      result.inverseDifferenceMoment += p / (1 + k * k)
      result.inverseDifferenceNormalized += p / (1 + k / size)
      result.inverseDifferenceMomentNormalized += p / (1 + k * k / (size * size))
      if difference > 0 { result.inverseVariance += p / (k * k) }
    }
    for (difference, p) in differences.enumerated() where p > 0 {
      let k = Double(difference) - result.differenceAverage
      result.differenceVariance += p * k * k
    }
    for (sum, p) in sums.enumerated() where p > 0 {
      result.sumAverage += p * Double(sum)
      result.sumEntropy -= p * logarithm(p, convention)
    }
  }

  /// The informational measures of correlation (IBSI 3.6.24 and 3.6.25).
  private func addInformation(
    _ result: inout GLCMMeasures, _ rows: [Double], _ columns: [Double]
  ) {
    func entropy(_ probabilities: [Double]) -> Double {
      probabilities.reduce(0) { $1 > 0 ? $0 - $1 * logarithm($1, convention) : $0 }
    }
    let (entropyRow, entropyColumn) = (entropy(rows), entropy(columns))
    var crossed = 0.0
    for entry in entries {
      crossed -= entry.probability * logarithm(rows[entry.i] * columns[entry.j], convention)
    }
    let largest = max(entropyRow, entropyColumn)
    let information = result.jointEntropy - crossed
    result.informationCorrelation1 = largest == 0 ? information : information / largest
    if convention == .ibsi, largest == 0 { result.informationCorrelation1 = 0 }

    let independent =
      convention == .pyradiomics && levels.count <= 512
      ? jointEntropyIfIndependent(rows, columns)
      // Equal but for PyRadiomics' addition to each logarithm, which is not worth it for many levels.
      : entropyRow + entropyColumn
    let excess = independent - result.jointEntropy
    result.informationCorrelation2 = excess > 0 ? (1 - exp(-2 * excess)).squareRoot() : 0
  }

  /// The entropy of pairs of independent levels, term by term as PyRadiomics adds them: its difference
  /// from the true one is often 0, which other ways of rounding would miss.
  private func jointEntropyIfIndependent(_ rows: [Double], _ columns: [Double]) -> Double {
    // Small matrices have few distinct probabilities, and so few logarithms.
    func distinct(_ probabilities: [Double]) -> (values: [Double], places: [Int]) {
      var values: [Double] = []
      let places = probabilities.filter { $0 > 0 }.map { probability in
        if let place = values.firstIndex(of: probability) { return place }
        values.append(probability)
        return values.count - 1
      }
      return (values, places)
    }
    let (rows, columns) = (distinct(rows), distinct(columns))
    let terms = rows.values.flatMap { row in
      columns.values.map { row * $0 * logarithm(row * $0, convention) }
    }
    var entropy = 0.0
    for row in rows.places {
      let start = row * columns.values.count
      for column in columns.places { entropy -= terms[start + column] }
    }
    return entropy
  }
}
