/// The groups of a convolution in bundles that begin at whole blocks of channels. A bundle is computed
/// as a convolution whose weights between its groups are zero.
struct GroupBundles: Sequence {
  struct Bundle {
    /// The first group.
    var first: Int
    /// The number of groups.
    var count: Int
  }

  let groups: Int
  /// The groups of all bundles but the last.
  let size: Int

  /// - Parameters:
  ///   - inputs: the input channels of a group
  ///   - outputs: its output channels
  init(groups: Int, inputs: Int, outputs: Int) {
    self.groups = groups
    var size = 1
    while size < groups && (size * inputs % 8 != 0 || size * outputs % 8 != 0) { size += 1 }
    self.size = size
  }

  func makeIterator() -> some IteratorProtocol<Bundle> {
    stride(from: 0, to: groups, by: size).lazy.map { first in
      Bundle(first: first, count: Swift.min(size, groups - first))
    }.makeIterator()
  }
}
