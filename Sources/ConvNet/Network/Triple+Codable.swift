extension Triple: Codable {
  /// Reads an array of three numbers: z, y, x.
  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    self.init(try list.decode(Int.self), try list.decode(Int.self), try list.decode(Int.self))
  }

  /// Writes an array of three numbers: z, y, x.
  public func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    try list.encode(z)
    try list.encode(y)
    try list.encode(x)
  }
}
