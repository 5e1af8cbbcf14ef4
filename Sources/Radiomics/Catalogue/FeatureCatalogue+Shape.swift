extension FeatureCatalogue {
  /// The shape in space (IBSI 3.1).
  static let shape: [Row] = [
    Row(
      "AreaDensityAABB", "surface by that of the box along the axes of the grid",
      .ibsi("3.1.18", "R59B", "morph_area_dens_aabb"), .ibsi),
    Row(
      "AreaDensityAEE", "surface by that of the ellipsoid with the principal axes",
      .ibsi("3.1.22", "RDD2", "morph_area_dens_aee"), .ibsi),
    Row(
      "AreaDensityConvexHull", "surface by that of the convex hull",
      .ibsi("3.1.26", "7T7F", "morph_area_dens_conv_hull"), .ibsi),
    Row(
      "AreaDensityMVEE", "surface by that of the smallest enclosing ellipsoid",
      .ibsi("3.1.24", "BRI8", "morph_area_dens_mvee"), .ibsi),
    Row(
      "AreaDensityOMBB", "surface by that of the smallest enclosing box",
      .ibsi("3.1.20", "IQYR", "morph_area_dens_ombb"), .ibsi),
    Row(
      "Asphericity", "how much larger the surface is than that of a ball of the volume",
      .ibsi("3.1.9", "25C7", "morph_asphericity"), .ibsi),
    Row(
      "CentreOfMassShift", "distance of the centres of shape and of intensity",
      .ibsi("3.1.10", "KLMA", "morph_com"), .ibsi),
    Row(
      "Compactness1", "volume by the root of the cubed surface",
      .ibsi("3.1.5", "SKGS", "morph_comp_1"), .ibsiDeprecated),
    Row(
      "Compactness2", "squared volume by the cubed surface",
      .ibsi("3.1.6", "BQWJ", "morph_comp_2"), .ibsiDeprecated),
    Row(
      "Elongation", "root of the second by the largest variance along the principal axes",
      .ibsi("3.1.15", "Q3CK", "morph_pca_elongation"), .both),
    Row(
      "Flatness", "root of the least by the largest variance along the principal axes",
      .ibsi("3.1.16", "N17B", "morph_pca_flatness"), .both),
    Row(
      "GearysC", "likeness of near intensities, by their differences",
      .ibsi("3.1.29", "NPT7", "morph_geary_c"), .ibsi),
    Row(
      "IntegratedIntensity", "mean intensity times volume",
      .ibsi("3.1.27", "99N0", "morph_integ_int"), .ibsi),
    Row(
      "LeastAxisLength", "four standard deviations along the shortest principal axis",
      .ibsi("3.1.14", "7J51", "morph_pca_least_axis"), .both),
    Row(
      "MajorAxisLength", "four standard deviations along the longest principal axis",
      .ibsi("3.1.12", "TDIC", "morph_pca_maj_axis"), .both),
    Row(
      "Maximum2DDiameterColumn", "largest distance of surface points of a plane across y",
      .pyradiomics, .pyradiomics),
    Row(
      "Maximum2DDiameterRow", "largest distance of surface points of a plane across x",
      .pyradiomics, .pyradiomics),
    Row(
      "Maximum2DDiameterSlice", "largest distance of surface points of a plane across z",
      .pyradiomics, .pyradiomics),
    Row(
      "Maximum3DDiameter", "largest distance of surface points",
      .ibsi("3.1.11", "L0JK", "morph_diam"), .both),
    Row("MeshVolume", "volume within the surface", .ibsi("3.1.1", "RNU0", "morph_volume"), .both),
    Row(
      "MinorAxisLength", "four standard deviations along the second principal axis",
      .ibsi("3.1.13", "P9VJ", "morph_pca_min_axis"), .both),
    Row(
      "MoransI", "likeness of near intensities, by their products",
      .ibsi("3.1.28", "N365", "morph_moran_i"), .ibsi),
    Row(
      "SphericalDisproportion", "surface by that of a ball of the volume",
      .ibsi("3.1.7", "KRCK", "morph_sph_dispr"), .ibsiDeprecated),
    Row(
      "Sphericity", "surface of a ball of the volume by the surface",
      .ibsi("3.1.8", "QCFX", "morph_sphericity"), .both),
    Row(
      "SurfaceArea", "area of the surface", .ibsi("3.1.3", "C0JK", "morph_area_mesh"), .both),
    Row(
      "SurfaceVolumeRatio", "surface by volume", .ibsi("3.1.4", "2PR5", "morph_av"), .both),
    Row(
      "VolumeDensityAABB", "volume by that of the box along the axes of the grid",
      .ibsi("3.1.17", "PBX1", "morph_vol_dens_aabb"), .ibsi),
    Row(
      "VolumeDensityAEE", "volume by that of the ellipsoid with the principal axes",
      .ibsi("3.1.21", "6BDE", "morph_vol_dens_aee"), .ibsi),
    Row(
      "VolumeDensityConvexHull", "volume by that of the convex hull",
      .ibsi("3.1.25", "R3ER", "morph_vol_dens_conv_hull"), .ibsi),
    Row(
      "VolumeDensityMVEE", "volume by that of the smallest enclosing ellipsoid",
      .ibsi("3.1.23", "SWZ1", "morph_vol_dens_mvee"), .ibsi),
    Row(
      "VolumeDensityOMBB", "volume by that of the smallest enclosing box",
      .ibsi("3.1.19", "ZH1A", "morph_vol_dens_ombb"), .ibsi),
    Row(
      "VoxelVolume", "volume of the voxels", .ibsi("3.1.2", "YEKZ", "morph_vol_approx"), .both),
  ]

  /// The shape in a slice, which PyRadiomics alone has.
  static let shape2D: [Row] = [
    Row("Elongation", "root of the ratio of the variances", .pyradiomics, .pyradiomics),
    Row(
      "MajorAxisLength", "four standard deviations along the longer axis", .pyradiomics,
      .pyradiomics),
    Row("MaximumDiameter", "largest distance of outline points", .pyradiomics, .pyradiomics),
    Row("MeshSurface", "area within the outline", .pyradiomics, .pyradiomics),
    Row(
      "MinorAxisLength", "four standard deviations along the shorter axis", .pyradiomics,
      .pyradiomics),
    Row("Perimeter", "length of the outline", .pyradiomics, .pyradiomics),
    Row("PerimeterSurfaceRatio", "outline by area", .pyradiomics, .pyradiomics),
    Row("PixelSurface", "area of the pixels", .pyradiomics, .pyradiomics),
    Row("SphericalDisproportion", "inverse of the sphericity", .pyradiomics, .deprecated),
    Row(
      "Sphericity", "outline of a disc of the area by the outline", .pyradiomics, .pyradiomics),
  ]
}
