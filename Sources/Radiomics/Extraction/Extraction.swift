public import Parallel
import VolumeIO
import Volumes

/// The features of one region, with what the field's tables have beside them.
public struct Extraction: Sendable {
  /// A feature of an image.
  public struct Value: Sendable, Equatable {
    /// The image's name, such as `original` or `wavelet-LLH`.
    public let image: String
    /// The family, such as `glcm`.
    public let family: String
    /// The feature and its value.
    public let feature: Feature

    /// Makes a value.
    public init(image: String, family: String, feature: Feature) {
      (self.image, self.family, self.feature) = (image, family, feature)
    }

    /// The column: `original_glcm_Contrast`.
    public var column: String { "\(image)_\(family)_\(feature.name)" }
  }

  /// What PyRadiomics puts before the features; nil where it is not wanted.
  public internal(set) var diagnostics: Diagnostics?
  /// The features, in the order of PyRadiomics' columns.
  public let values: [Value]
  /// What was left out and why.
  public let warnings: [String]

  /// Computes the features of a region as PyRadiomics does.
  ///
  /// - Parameters:
  ///   - program: the name and version that diagnostics tell.
  ///   - workers: the threads; values do not depend on them.
  /// - Throws: ``RadiomicsError`` where no feature can be computed.
  public init(
    _ input: ExtractionInput, _ parameters: ExtractionParameters, program: String,
    workers: Workers = .all
  ) throws(RadiomicsError) {
    guard parameters.settings.additionalInfo else {
      self = try Extraction(input, parameters, nil, workers)
      return
    }
    var diagnostics = Diagnostics()
    diagnostics.addConfiguration(parameters, program: program)
    let start = diagnostics
    // Digests cannot be divided among threads: one computes them while others find features.
    let parts = try workers.map(2) { part throws(RadiomicsError) -> Part in
      part == 0
        ? .digests(
          scan: SHA1.hexadecimal(of: input.scan.samples, as: input.storedType),
          mask: SHA1.hexadecimal(of: input.labels.voxels))
        : .features(try Extraction(input, parameters, start, workers))
    }
    guard case .digests(let scan, let mask) = parts[0], case .features(let features) = parts[1]
    else { preconditionFailure("each part gives what it is for") }
    self = features
    self.diagnostics?.fill((scan, mask))
  }

  /// What can be computed at the same time.
  private enum Part: Sendable {
    case digests(scan: String, mask: String)
    case features(Extraction)
  }

  /// - Parameter diagnostics: those of the program, or nil where none are wanted.
  private init(
    _ input: ExtractionInput, _ parameters: ExtractionParameters, _ diagnostics: Diagnostics?,
    _ workers: Workers
  ) throws(RadiomicsError) {
    var diagnostics = diagnostics
    let settings = parameters.settings
    var requests: [(types: [ImageType], settings: ExtractionSettings)] = []
    for request in parameters.imageTypes {
      requests.append((try parameters.types(of: request), try parameters.settings(of: request)))
    }
    let prepared = try PreparedRegion(
      input, settings,
      keepsSurroundings: requests.contains { $0.types.contains { $0 != .original } },
      diagnostics: &diagnostics, workers: workers)
    self.diagnostics = diagnostics

    var warnings: [String] = []
    var values: [Value] = []
    let original = try prepared.region(prepared.image)
    for request in parameters.features where request.family.isShape {
      guard
        let features = try ShapeRequest(request, settings).features(
          original, workers, &warnings)
      else { continue }
      values += features.map {
        Value(image: "original", family: request.family.rawValue, feature: $0)
      }
    }
    let families = parameters.features.filter { !$0.family.isShape }
    let plane = SlicePlane(normal: 2 - settings.force2Ddimension, isForced: settings.force2D)
    for request in requests where !families.isEmpty {
      for type in request.types {
        let images: [FilteredImage]
        do throws(RadiomicsError) {
          images = try type.images(
            of: prepared.image, mask: prepared.mask, in: prepared.box, plane: plane,
            workers: workers)
        } catch {
          guard case .inapplicableFilter = error else { throw error }
          warnings.append("\(error)")
          continue
        }
        for image in images {
          values += try Extraction.values(
            of: try prepared.region(image.image), named: image.name, families,
            request.settings, workers)
        }
      }
    }
    self.values = values
    self.warnings = warnings
  }

  /// The features of all families of an image.
  private static func values(
    of region: Region, named name: String, _ families: [ExtractionParameters.FeatureRequest],
    _ settings: ExtractionSettings, _ workers: Workers
  ) throws(RadiomicsError) -> [Value] {
    let features = try TextureRequest(region, settings, workers).features(families)
    return zip(families, features).flatMap { request, features in
      features.map { Value(image: name, family: request.family.rawValue, feature: $0) }
    }
  }
}

extension ExtractionParameters.FeatureRequest {
  /// The wanted ones of a family's features, in the order of the columns.
  func chosen(from features: [Feature]) -> [Feature] {
    (names ?? family.names(.pyradiomics).standard).compactMap { name in
      features.first { $0.name == name }
    }
  }
}

/// The features of a family that sees the mask alone.
private struct ShapeRequest {
  let request: ExtractionParameters.FeatureRequest
  let settings: ExtractionSettings

  init(_ request: ExtractionParameters.FeatureRequest, _ settings: ExtractionSettings) {
    self.request = request
    self.settings = settings
  }

  /// The features, or nil and a warning where the region has none.
  func features(
    _ region: Region, _ workers: Workers, _ warnings: inout [String]
  ) throws(RadiomicsError) -> [Feature]? {
    guard request.family == .shape2D else {
      return request.chosen(from: try ShapeFeatures.compute(region, workers: workers))
    }
    guard settings.force2D else {
      warnings.append("shape2D is left out: it takes force2D=true and a region of one slice")
      return nil
    }
    let axis = 2 - settings.force2Ddimension
    return request.chosen(from: try Shape2DFeatures.compute(region, across: axis))
  }
}
