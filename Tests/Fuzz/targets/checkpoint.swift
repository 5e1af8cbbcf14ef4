// target: ConvNet
// seeds: Tests/ConvNetTests/Golden/bundle/*
import ConvNet

/// Checksums would turn almost all damaged input away at once: besides the input as it is, its parts
/// are put into an index whose checksums are right.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  read(index: bytes, shard: bytes)
  let cut = bytes.first.map { Int($0) * count / 256 } ?? 0
  read(index: index(of: Array(bytes.dropFirst().prefix(cut))), shard: bytes)
  read(index: index(of: Array(bytes.dropFirst(cut))), shard: bytes)
  _ = try? DeepMedicModelFile(text: String(decoding: bytes, as: UTF8.self), path: "input")
    .network.description()
  return 0
}

private func read(index: [UInt8], shard: [UInt8]) {
  for shards in [[shard], [shard, shard]] {
    guard let checkpoint = try? TensorFlowCheckpoint(index: index, shards: shards, path: "input")
    else { continue }
    for (name, entry) in checkpoint.entries {
      _ = try? checkpoint.weight(name, shape: entry.shape)
      _ = try? checkpoint.weight(name, shape: [1])
    }
  }
}

/// An index of one data block after a header for one shard.
private func index(of content: [UInt8]) -> [UInt8] {
  let header: [UInt8] = [0, 0, 2, 0x08, 1]
  var file = block(header + content + [0, 0, 0, 0, 1, 0, 0, 0])
  let handle = varint(0) + varint(file.count - 5)
  let place = varint(file.count)
  let listing = [0, 1, UInt8(handle.count), 0x7a] + handle + [0, 0, 0, 0, 1, 0, 0, 0]
  file += block(listing)
  let footer = varint(0) + varint(0) + place + varint(listing.count)
  file += footer + [UInt8](repeating: 0, count: 40 - footer.count)
  return file + [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]
}

private func block(_ content: [UInt8]) -> [UInt8] {
  let stored = content + [0]
  var crc = ~UInt32(0)
  for byte in stored {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82f6_3b78 : 0) }
  }
  crc = ~crc
  let masked = (crc >> 15 | crc << 17) &+ 0xa282_ead8
  return stored + (0..<4).map { UInt8(truncatingIfNeeded: masked >> (8 * $0)) }
}

private func varint(_ value: Int) -> [UInt8] {
  var rest = value
  var bytes: [UInt8] = []
  while rest >= 128 {
    bytes.append(UInt8(rest & 127) | 128)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}
