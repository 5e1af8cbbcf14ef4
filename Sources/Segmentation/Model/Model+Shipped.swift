internal import Foundation
internal import ShippedModels

/// The models that are part of the program.
extension Model {
  /// The model that finds gliomas and other lesions of the brain in any of T1, T1c, T2 and FLAIR.
  ///
  /// - Throws: as ``init(data:path:)``, where the program was built from a damaged file.
  public static func lesions() throws -> Model {
    try shipped(medcnn_lesion_model_bytes(), medcnn_lesion_model_size, name: "lesion")
  }

  /// The model that finds the brain in one scan of a head.
  ///
  /// - Throws: as ``init(data:path:)``, where the program was built from a damaged file.
  public static func brain() throws -> Model {
    try shipped(medcnn_brain_model_bytes(), medcnn_brain_model_size, name: "brain")
  }

  private static func shipped(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, name: String
  ) throws -> Model {
    // The bytes are constants of the program: they are neither copied nor freed.
    let data = Data(
      bytesNoCopy: UnsafeMutableRawPointer(mutating: bytes), count: count, deallocator: .none)
    return try Model(data: data, path: "the model \(name) of medcnn")
  }
}
