extension FeatureCatalogue {
  /// Statistics of intensities (IBSI 3.3); entropy and uniformity are of the grey levels.
  static let firstOrder: [Row] = [
    Row("10Percentile", "10th percentile", .ibsi("3.3.7", "QG58", "stat_p10"), .both),
    Row("90Percentile", "90th percentile", .ibsi("3.3.8", "8DWT", "stat_p90"), .both),
    Row(
      "CoefficientOfVariation", "standard deviation by mean", .ibsi("3.3.15", "7TET", "stat_cov"),
      .ibsi),
    Row("Energy", "sum of squares", .ibsi("3.3.17", "N8CA", "stat_energy"), .both),
    Row("Entropy", "spread of the grey levels in bits", .formula("3.4.18"), .pyradiomics),
    Row(
      "InterquartileRange", "difference of the percentiles 75 and 25",
      .ibsi("3.3.10", "SALO", "stat_iqr"), .both),
    Row("Kurtosis", "weight of the tails", .ibsi("3.3.4", "IPH6", "stat_kurt"), .both),
    Row("Maximum", "largest", .ibsi("3.3.9", "84IY", "stat_max"), .both),
    Row(
      "MeanAbsoluteDeviation", "mean distance from the mean", .ibsi("3.3.12", "4FUA", "stat_mad"),
      .both),
    Row("Mean", "mean", .ibsi("3.3.1", "Q4LE", "stat_mean"), .both),
    Row(
      "MedianAbsoluteDeviation", "mean distance from the median",
      .ibsi("3.3.14", "N72L", "stat_medad"), .ibsi),
    Row("Median", "median", .ibsi("3.3.5", "Y12H", "stat_median"), .both),
    Row("Minimum", "smallest", .ibsi("3.3.6", "1GSF", "stat_min"), .both),
    Row(
      "QuartileCoefficientOfDispersion", "difference of the quartiles by their sum",
      .ibsi("3.3.16", "9S40", "stat_qcod"), .ibsi),
    Row("Range", "difference of maximum and minimum", .ibsi("3.3.11", "2OJQ", "stat_range"), .both),
    Row(
      "RobustMeanAbsoluteDeviation",
      "mean distance from the mean between the percentiles 10 and 90",
      .ibsi("3.3.13", "1128", "stat_rmad"), .both),
    Row("RootMeanSquared", "root of the mean square", .ibsi("3.3.18", "5ZWQ", "stat_rms"), .both),
    Row("Skewness", "lack of symmetry about the mean", .ibsi("3.3.3", "KE2A", "stat_skew"), .both),
    Row("StandardDeviation", "root of the variance", .pyradiomics, .deprecated),
    Row("TotalEnergy", "energy times the volume of a voxel", .pyradiomics, .pyradiomics),
    Row(
      "Uniformity", "sum of the squared probabilities of grey levels", .formula("3.4.19"),
      .pyradiomics),
    Row(
      "Variance", "mean squared distance from the mean", .ibsi("3.3.2", "ECT3", "stat_var"), .both),
  ]

  /// The histogram of grey levels (IBSI 3.4).
  static let histogram: [Row] = [
    Row("10Percentile", "10th percentile", .ibsi("3.4.7", "GPMT", "ih_p10"), .ibsi),
    Row("90Percentile", "90th percentile", .ibsi("3.4.8", "OZ0C", "ih_p90"), .ibsi),
    Row(
      "CoefficientOfVariation", "standard deviation by mean", .ibsi("3.4.16", "CWYJ", "ih_cov"),
      .ibsi),
    Row("Entropy", "spread in bits", .ibsi("3.4.18", "TLU2", "ih_entropy"), .ibsi),
    Row(
      "InterquartileRange", "difference of the percentiles 75 and 25",
      .ibsi("3.4.11", "WR0O", "ih_iqr"), .ibsi),
    Row("Kurtosis", "weight of the tails", .ibsi("3.4.4", "C3I7", "ih_kurt"), .ibsi),
    Row("Maximum", "largest", .ibsi("3.4.9", "3NCY", "ih_max"), .ibsi),
    Row("MaximumGradient", "steepest rise", .ibsi("3.4.20", "12CE", "ih_max_grad"), .ibsi),
    Row(
      "MaximumGradientLevel", "level of the steepest rise",
      .ibsi("3.4.21", "8E6O", "ih_max_grad_g"), .ibsi),
    Row(
      "MeanAbsoluteDeviation", "mean distance from the mean", .ibsi("3.4.13", "D2ZX", "ih_mad"),
      .ibsi),
    Row("Mean", "mean", .ibsi("3.4.1", "X6K6", "ih_mean"), .ibsi),
    Row(
      "MedianAbsoluteDeviation", "mean distance from the median",
      .ibsi("3.4.15", "4RNL", "ih_medad"), .ibsi),
    Row("Median", "median", .ibsi("3.4.5", "WIFQ", "ih_median"), .ibsi),
    Row("Minimum", "smallest", .ibsi("3.4.6", "1PR8", "ih_min"), .ibsi),
    Row("MinimumGradient", "steepest fall", .ibsi("3.4.22", "VQB3", "ih_min_grad"), .ibsi),
    Row(
      "MinimumGradientLevel", "level of the steepest fall",
      .ibsi("3.4.23", "RHQZ", "ih_min_grad_g"), .ibsi),
    Row("Mode", "most common level", .ibsi("3.4.10", "AMMC", "ih_mode"), .ibsi),
    Row(
      "QuartileCoefficientOfDispersion", "difference of the quartiles by their sum",
      .ibsi("3.4.17", "SLWD", "ih_qcod"), .ibsi),
    Row("Range", "difference of maximum and minimum", .ibsi("3.4.12", "5Z3W", "ih_range"), .ibsi),
    Row(
      "RobustMeanAbsoluteDeviation",
      "mean distance from the mean between the percentiles 10 and 90",
      .ibsi("3.4.14", "WRZB", "ih_rmad"), .ibsi),
    Row("Skewness", "lack of symmetry about the mean", .ibsi("3.4.3", "88K1", "ih_skew"), .ibsi),
    Row(
      "Uniformity", "sum of squared probabilities", .ibsi("3.4.19", "BJ5W", "ih_uniformity"), .ibsi),
    Row("Variance", "mean squared distance from the mean", .ibsi("3.4.2", "CH89", "ih_var"), .ibsi),
  ]

  /// The intensity-volume histogram (IBSI 3.5).
  static let intensityVolumeHistogram: [Row] = [
    Row(
      "AreaUnderCurve", "area under the curve of volume over intensity",
      .ibsi("3.5.5", "9CMM", "ivh_auc"), .ibsi),
    Row(
      "Intensity10", "lowest intensity that at most 10 % of the volume have",
      .ibsi("3.5.2", "PWN1", "ivh_i10"), .ibsi),
    Row(
      "Intensity90", "lowest intensity that at most 90 % of the volume have",
      .ibsi("3.5.2", "BOHI", "ivh_i90"), .ibsi),
    Row(
      "IntensityDifference", "difference of Intensity10 and Intensity90",
      .ibsi("3.5.4", "JXJA", "ivh_diff_i10_i90"), .ibsi),
    Row(
      "VolumeFraction10", "volume above 10 % of the range of intensities",
      .ibsi("3.5.1", "NK6P", "ivh_v10"), .ibsi),
    Row(
      "VolumeFraction90", "volume above 90 % of the range of intensities",
      .ibsi("3.5.1", "4279", "ivh_v90"), .ibsi),
    Row(
      "VolumeFractionDifference", "difference of VolumeFraction10 and VolumeFraction90",
      .ibsi("3.5.3", "WITY", "ivh_diff_v10_v90"), .ibsi),
  ]

  /// Local intensity (IBSI 3.2).
  static let localIntensity: [Row] = [
    Row(
      "GlobalPeak", "highest mean of a sphere of 1 cubic centimetre",
      .ibsi("3.2.2", "0F91", "loc_peak_glob"), .ibsi),
    Row(
      "LocalPeak", "mean of the sphere of 1 cubic centimetre around the highest intensity",
      .ibsi("3.2.1", "VJGA", "loc_peak_loc"), .ibsi),
  ]
}
