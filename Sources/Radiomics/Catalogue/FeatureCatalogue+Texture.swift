extension FeatureCatalogue {
  /// Co-occurrence (IBSI 3.6).
  static let glcm: [Row] = [
    Row(
      "Autocorrelation", "mean product of the levels", .ibsi("3.6.20", "QWB0", "cm_auto_corr"),
      .both),
    Row(
      "ClusterProminence", "fourth moment of the sum of the levels",
      .ibsi("3.6.23", "AE86", "cm_clust_prom"), .both),
    Row(
      "ClusterShade", "third moment of the sum of the levels",
      .ibsi("3.6.22", "7NFM", "cm_clust_shade"), .both),
    Row(
      "ClusterTendency", "variance of the sum of the levels",
      .ibsi("3.6.21", "DG8W", "cm_clust_tend"), .both),
    Row(
      "Contrast", "mean squared difference of the levels", .ibsi("3.6.12", "ACUI", "cm_contrast"),
      .both),
    Row(
      "Correlation", "linear correlation of the levels", .ibsi("3.6.19", "NI2N", "cm_corr"), .both),
    Row(
      "DifferenceAverage", "mean difference of the levels", .ibsi("3.6.5", "TF7R", "cm_diff_avg"),
      .both),
    Row(
      "DifferenceEntropy", "spread of the difference in bits",
      .ibsi("3.6.7", "NTRS", "cm_diff_entr"), .both),
    Row(
      "DifferenceVariance", "variance of the difference", .ibsi("3.6.6", "D3YU", "cm_diff_var"),
      .both),
    Row(
      "Dissimilarity", "mean difference of the levels", .ibsi("3.6.13", "8S9J", "cm_dissimilarity"),
      .ibsiDeprecated),
    Row("Homogeneity1", "inverse difference", .formula("3.6.14"), .deprecated),
    Row("Homogeneity2", "inverse difference moment", .formula("3.6.16"), .deprecated),
    Row("Id", "inverse difference", .ibsi("3.6.14", "IB1Z", "cm_inv_diff"), .both),
    Row("Idm", "inverse difference moment", .ibsi("3.6.16", "WF0Z", "cm_inv_diff_mom"), .both),
    Row(
      "Idmn", "inverse difference moment, normalised by the number of levels",
      .ibsi("3.6.17", "1QCO", "cm_inv_diff_mom_norm"), .both),
    Row(
      "Idn", "inverse difference, normalised by the number of levels",
      .ibsi("3.6.15", "NDRX", "cm_inv_diff_norm"), .both),
    Row(
      "Imc1", "first informational measure of correlation",
      .ibsi("3.6.24", "R8DG", "cm_info_corr1"), .both),
    Row(
      "Imc2", "second informational measure of correlation",
      .ibsi("3.6.25", "JN9H", "cm_info_corr2"), .both),
    Row(
      "InverseVariance", "mean inverse square of differences that are not 0",
      .ibsi("3.6.18", "E8JP", "cm_inv_var"), .both),
    Row("JointAverage", "mean level", .ibsi("3.6.2", "60VM", "cm_joint_avg"), .both),
    Row(
      "JointEnergy", "angular second moment, sum of squared probabilities",
      .ibsi("3.6.11", "8ZQL", "cm_energy"), .both),
    Row("JointEntropy", "spread of pairs in bits", .ibsi("3.6.4", "TU9B", "cm_joint_entr"), .both),
    Row("MCC", "maximal correlation coefficient", .pyradiomics, .pyradiomics),
    Row(
      "MaximumProbability", "probability of the most common pair",
      .ibsi("3.6.1", "GYBY", "cm_joint_max"), .both),
    Row("SumAverage", "mean sum of the levels", .ibsi("3.6.8", "ZGXS", "cm_sum_avg"), .both),
    Row("SumEntropy", "spread of the sum in bits", .ibsi("3.6.10", "P6QZ", "cm_sum_entr"), .both),
    Row("SumSquares", "variance of the level", .ibsi("3.6.3", "UR99", "cm_joint_var"), .both),
    Row(
      "SumVariance", "variance of the sum of the levels", .ibsi("3.6.9", "OEEB", "cm_sum_var"),
      .ibsiDeprecated),
  ]

  /// Run lengths (IBSI 3.7).
  static let glrlm: [Row] = [
    Row(
      "GrayLevelNonUniformity", "unevenness among levels", .ibsi("3.7.9", "R5YN", "rlm_glnu"), .both
    ),
    Row(
      "GrayLevelNonUniformityNormalized", "unevenness among levels, normalised",
      .ibsi("3.7.10", "OVBL", "rlm_glnu_norm"), .both),
    Row("GrayLevelVariance", "variance of the level", .ibsi("3.7.14", "8CE5", "rlm_gl_var"), .both),
    Row(
      "HighGrayLevelRunEmphasis", "emphasis of high levels", .ibsi("3.7.4", "G3QZ", "rlm_hgre"),
      .both),
    Row("LongRunEmphasis", "emphasis of long runs", .ibsi("3.7.2", "W4KF", "rlm_lre"), .both),
    Row(
      "LongRunHighGrayLevelEmphasis", "emphasis of long runs of high levels",
      .ibsi("3.7.8", "3KUM", "rlm_lrhge"), .both),
    Row(
      "LongRunLowGrayLevelEmphasis", "emphasis of long runs of low levels",
      .ibsi("3.7.7", "IVPO", "rlm_lrlge"), .both),
    Row(
      "LowGrayLevelRunEmphasis", "emphasis of low levels", .ibsi("3.7.3", "V3SW", "rlm_lgre"), .both
    ),
    Row(
      "RunEntropy", "spread of levels and lengths in bits", .ibsi("3.7.16", "HJ9O", "rlm_rl_entr"),
      .both),
    Row(
      "RunLengthNonUniformity", "unevenness among lengths", .ibsi("3.7.11", "W92Y", "rlm_rlnu"),
      .both),
    Row(
      "RunLengthNonUniformityNormalized", "unevenness among lengths, normalised",
      .ibsi("3.7.12", "IC23", "rlm_rlnu_norm"), .both),
    Row("RunPercentage", "number by voxels", .ibsi("3.7.13", "9ZK5", "rlm_r_perc"), .both),
    Row("RunVariance", "variance of the lengths", .ibsi("3.7.15", "SXLW", "rlm_rl_var"), .both),
    Row("ShortRunEmphasis", "emphasis of short runs", .ibsi("3.7.1", "22OV", "rlm_sre"), .both),
    Row(
      "ShortRunHighGrayLevelEmphasis", "emphasis of short runs of high levels",
      .ibsi("3.7.6", "GD3A", "rlm_srhge"), .both),
    Row(
      "ShortRunLowGrayLevelEmphasis", "emphasis of short runs of low levels",
      .ibsi("3.7.5", "HTZT", "rlm_srlge"), .both),
  ]

  /// Size zones (IBSI 3.8).
  static let glszm: [Row] = [
    Row(
      "GrayLevelNonUniformity", "unevenness among levels", .ibsi("3.8.9", "JNSA", "szm_glnu"), .both
    ),
    Row(
      "GrayLevelNonUniformityNormalized", "unevenness among levels, normalised",
      .ibsi("3.8.10", "Y1RO", "szm_glnu_norm"), .both),
    Row("GrayLevelVariance", "variance of the level", .ibsi("3.8.14", "BYLV", "szm_gl_var"), .both),
    Row(
      "HighGrayLevelZoneEmphasis", "emphasis of high levels", .ibsi("3.8.4", "5GN9", "szm_hgze"),
      .both),
    Row("LargeAreaEmphasis", "emphasis of large zones", .ibsi("3.8.2", "48P8", "szm_lze"), .both),
    Row(
      "LargeAreaHighGrayLevelEmphasis", "emphasis of large zones of high levels",
      .ibsi("3.8.8", "J17V", "szm_lzhge"), .both),
    Row(
      "LargeAreaLowGrayLevelEmphasis", "emphasis of large zones of low levels",
      .ibsi("3.8.7", "YH51", "szm_lzlge"), .both),
    Row(
      "LowGrayLevelZoneEmphasis", "emphasis of low levels", .ibsi("3.8.3", "XMSY", "szm_lgze"),
      .both),
    Row(
      "SizeZoneNonUniformity", "unevenness among sizes", .ibsi("3.8.11", "4JP3", "szm_zsnu"), .both),
    Row(
      "SizeZoneNonUniformityNormalized", "unevenness among sizes, normalised",
      .ibsi("3.8.12", "VB3A", "szm_zsnu_norm"), .both),
    Row("SmallAreaEmphasis", "emphasis of small zones", .ibsi("3.8.1", "5QRC", "szm_sze"), .both),
    Row(
      "SmallAreaHighGrayLevelEmphasis", "emphasis of small zones of high levels",
      .ibsi("3.8.6", "HW1V", "szm_szhge"), .both),
    Row(
      "SmallAreaLowGrayLevelEmphasis", "emphasis of small zones of low levels",
      .ibsi("3.8.5", "5RAI", "szm_szlge"), .both),
    Row(
      "ZoneEntropy", "spread of levels and sizes in bits", .ibsi("3.8.16", "GU8N", "szm_zs_entr"),
      .both),
    Row("ZonePercentage", "number by voxels", .ibsi("3.8.13", "P30P", "szm_z_perc"), .both),
    Row("ZoneVariance", "variance of the sizes", .ibsi("3.8.15", "3NSA", "szm_zs_var"), .both),
  ]

  /// Distance zones (IBSI 3.9).
  static let gldzm: [Row] = [
    Row(
      "GrayLevelNonUniformity", "unevenness among levels", .ibsi("3.9.9", "VFT7", "dzm_glnu"), .ibsi
    ),
    Row(
      "GrayLevelNonUniformityNormalized", "unevenness among levels, normalised",
      .ibsi("3.9.10", "7HP3", "dzm_glnu_norm"), .ibsi),
    Row("GrayLevelVariance", "variance of the level", .ibsi("3.9.14", "QK93", "dzm_gl_var"), .ibsi),
    Row(
      "HighGrayLevelZoneEmphasis", "emphasis of high levels", .ibsi("3.9.4", "K26C", "dzm_hgze"),
      .ibsi),
    Row(
      "LargeDistanceEmphasis", "emphasis of zones far from the border",
      .ibsi("3.9.2", "MB4I", "dzm_lde"), .ibsi),
    Row(
      "LargeDistanceHighGrayLevelEmphasis", "emphasis of zones far from the border of high levels",
      .ibsi("3.9.8", "KLTH", "dzm_ldhge"), .ibsi),
    Row(
      "LargeDistanceLowGrayLevelEmphasis", "emphasis of zones far from the border of low levels",
      .ibsi("3.9.7", "A7WM", "dzm_ldlge"), .ibsi),
    Row(
      "LowGrayLevelZoneEmphasis", "emphasis of low levels", .ibsi("3.9.3", "S1RA", "dzm_lgze"),
      .ibsi),
    Row(
      "SmallDistanceEmphasis", "emphasis of zones near the border",
      .ibsi("3.9.1", "0GBI", "dzm_sde"), .ibsi),
    Row(
      "SmallDistanceHighGrayLevelEmphasis", "emphasis of zones near the border of high levels",
      .ibsi("3.9.6", "DKNJ", "dzm_sdhge"), .ibsi),
    Row(
      "SmallDistanceLowGrayLevelEmphasis", "emphasis of zones near the border of low levels",
      .ibsi("3.9.5", "RUVG", "dzm_sdlge"), .ibsi),
    Row(
      "ZoneDistanceEntropy", "spread of levels and distances in bits",
      .ibsi("3.9.16", "GBDU", "dzm_zd_entr"), .ibsi),
    Row(
      "ZoneDistanceNonUniformity", "unevenness among distances",
      .ibsi("3.9.11", "V294", "dzm_zdnu"), .ibsi),
    Row(
      "ZoneDistanceNonUniformityNormalized", "unevenness among distances, normalised",
      .ibsi("3.9.12", "IATH", "dzm_zdnu_norm"), .ibsi),
    Row(
      "ZoneDistanceVariance", "variance of the distances", .ibsi("3.9.15", "7WT1", "dzm_zd_var"),
      .ibsi),
    Row("ZonePercentage", "number by voxels", .ibsi("3.9.13", "VIWW", "dzm_z_perc"), .ibsi),
  ]

  /// Grey-tone differences (IBSI 3.10).
  static let ngtdm: [Row] = [
    Row(
      "Busyness", "rapid changes of level between neighbours",
      .ibsi("3.10.3", "NQ30", "ngt_busyness"), .both),
    Row(
      "Coarseness", "how little levels differ from their neighbourhoods",
      .ibsi("3.10.1", "QCDE", "ngt_coarseness"), .both),
    Row(
      "Complexity", "many rapid changes of many levels", .ibsi("3.10.4", "HDEZ", "ngt_complexity"),
      .both),
    Row(
      "Contrast", "range of levels and of differences between neighbours",
      .ibsi("3.10.2", "65HE", "ngt_contrast"), .both),
    Row(
      "Strength", "how distinct the primitives of the texture are",
      .ibsi("3.10.5", "1X9X", "ngt_strength"), .both),
  ]

  /// Dependences (IBSI 3.11).
  static let gldm: [Row] = [
    Row(
      "DependenceEnergy", "sum of squared probabilities", .ibsi("3.11.17", "CAS9", "ngl_dc_energy"),
      .ibsi),
    Row(
      "DependenceEntropy", "spread of levels and dependences in bits",
      .ibsi("3.11.16", "FCBV", "ngl_dc_entr"), .both),
    Row(
      "DependenceNonUniformity", "unevenness among dependences",
      .ibsi("3.11.11", "Z87G", "ngl_dcnu"), .both),
    Row(
      "DependenceNonUniformityNormalized", "unevenness among dependences, normalised",
      .ibsi("3.11.12", "OKJI", "ngl_dcnu_norm"), .both),
    Row(
      "DependencePercentage", "number by voxels", .ibsi("3.11.13", "6XV8", "ngl_dc_perc"),
      .ibsiDeprecated),
    Row(
      "DependenceVariance", "variance of the dependences", .ibsi("3.11.15", "DNX2", "ngl_dc_var"),
      .both),
    Row(
      "GrayLevelNonUniformity", "unevenness among levels", .ibsi("3.11.9", "FP8K", "ngl_glnu"),
      .both),
    Row(
      "GrayLevelNonUniformityNormalized", "unevenness among levels, normalised",
      .ibsi("3.11.10", "5SPA", "ngl_glnu_norm"), .ibsiDeprecated),
    Row(
      "GrayLevelVariance", "variance of the level", .ibsi("3.11.14", "1PFV", "ngl_gl_var"), .both),
    Row(
      "HighGrayLevelEmphasis", "emphasis of high levels", .ibsi("3.11.4", "OAE7", "ngl_hgce"), .both
    ),
    Row(
      "LargeDependenceEmphasis", "emphasis of many dependent neighbours",
      .ibsi("3.11.2", "IMOQ", "ngl_hde"), .both),
    Row(
      "LargeDependenceHighGrayLevelEmphasis",
      "emphasis of many dependent neighbours of high levels", .ibsi("3.11.8", "9QMG", "ngl_hdhge"),
      .both),
    Row(
      "LargeDependenceLowGrayLevelEmphasis", "emphasis of many dependent neighbours of low levels",
      .ibsi("3.11.7", "NBZI", "ngl_hdlge"), .both),
    Row(
      "LowGrayLevelEmphasis", "emphasis of low levels", .ibsi("3.11.3", "TL9H", "ngl_lgce"), .both),
    Row(
      "SmallDependenceEmphasis", "emphasis of few dependent neighbours",
      .ibsi("3.11.1", "SODN", "ngl_lde"), .both),
    Row(
      "SmallDependenceHighGrayLevelEmphasis", "emphasis of few dependent neighbours of high levels",
      .ibsi("3.11.6", "JA6D", "ngl_ldhge"), .both),
    Row(
      "SmallDependenceLowGrayLevelEmphasis", "emphasis of few dependent neighbours of low levels",
      .ibsi("3.11.5", "EQ3F", "ngl_ldlge"), .both),
  ]
}
