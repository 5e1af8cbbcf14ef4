import Testing

@testable import VolumeIO

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples and NIST's vector of a million letters.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func vectors(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: text.utf8) == digest)
  }

  @Test func piecesOfAnyLength() {
    let bytes = [UInt8](repeating: 97, count: 3000)
    let whole = SHA256.hexadecimal(of: bytes)
    for piece in [1, 7, 63, 64, 65, 130] {
      var digest = SHA256()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        digest.update(bytes[start..<min(start + piece, bytes.count)])
      }
      #expect(digest.hexadecimal() == whole)
    }
    // echo -n of 3000 letters "a" to sha256sum.
    #expect(whole == "556ac82f23f64d2f41b3fb3b9a171791364021aa95c0af6df9e2b5e1d88c8038")
  }
}
