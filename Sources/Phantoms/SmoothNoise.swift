import Basics

/// A smooth random field in space: gradient noise (Perlin, "Improving noise", 2002) whose lattice is
/// hashed from a seed. Only additions and multiplications: the same bits on every machine.
struct SmoothNoise: Sendable {
  /// The distance between lattice points, in millimetres.
  let wavelength: Double
  private let seed: UInt32
  private let frequency: Double

  init(wavelength: Double, random: inout SplitMix) {
    self.wavelength = wavelength
    frequency = 1 / wavelength
    seed = UInt32(truncatingIfNeeded: random.next())
  }

  /// The field at a point in millimetres: about -1 to 1, with mean 0.
  func callAsFunction(_ point: Point) -> Double {
    let x = point.x * frequency
    let y = point.y * frequency
    let z = point.z * frequency
    let floorX = x.rounded(.down)
    let floorY = y.rounded(.down)
    let floorZ = z.rounded(.down)
    let i = Int32(floorX)
    let j = Int32(floorY)
    let k = Int32(floorZ)
    let dx = x - floorX
    let dy = y - floorY
    let dz = z - floorZ
    let u = SmoothNoise.fade(dx)
    let v = SmoothNoise.fade(dy)
    let w = SmoothNoise.fade(dz)
    let low = SmoothNoise.mix(
      SmoothNoise.mix(gradient(i, j, k, dx, dy, dz), gradient(i &+ 1, j, k, dx - 1, dy, dz), u),
      SmoothNoise.mix(
        gradient(i, j &+ 1, k, dx, dy - 1, dz),
        gradient(i &+ 1, j &+ 1, k, dx - 1, dy - 1, dz), u), v)
    let high = SmoothNoise.mix(
      SmoothNoise.mix(
        gradient(i, j, k &+ 1, dx, dy, dz - 1),
        gradient(i &+ 1, j, k &+ 1, dx - 1, dy, dz - 1), u),
      SmoothNoise.mix(
        gradient(i, j &+ 1, k &+ 1, dx, dy - 1, dz - 1),
        gradient(i &+ 1, j &+ 1, k &+ 1, dx - 1, dy - 1, dz - 1), u), v)
    return SmoothNoise.mix(low, high, w)
  }

  /// The distance in millimetres, to first order, from a point to where the field is zero.
  func distanceToZero(_ point: Point) -> Double {
    let value = self(point)
    let step = 0.1 * wavelength
    let x = self(Point(point.x + step, point.y, point.z)) - value
    let y = self(Point(point.x, point.y + step, point.z)) - value
    let z = self(Point(point.x, point.y, point.z + step)) - value
    let slope = (x * x + y * y + z * z).squareRoot() / step
    // Where the field is flat, the first order says little.
    return abs(value) / max(slope, 0.5 * frequency)
  }

  private static func fade(_ t: Double) -> Double {
    t * t * t * (t * (t * 6 - 15) + 10)
  }

  private static func mix(_ a: Double, _ b: Double, _ t: Double) -> Double {
    a + t * (b - a)
  }

  /// The scalar product with one of the 12 edge directions of a cube.
  private func gradient(
    _ i: Int32, _ j: Int32, _ k: Int32, _ x: Double, _ y: Double, _ z: Double
  ) -> Double {
    var hash = seed ^ UInt32(bitPattern: i) &* 0x8DA6_B343
    hash ^= UInt32(bitPattern: j) &* 0xD816_3841
    hash ^= UInt32(bitPattern: k) &* 0xCB1A_B31F
    hash = (hash ^ (hash >> 16)) &* 0x7FEB_352D
    hash = (hash ^ (hash >> 15)) &* 0x846C_A68B
    let edge = (hash >> 16) & 15
    let a = edge < 8 ? x : y
    let b = edge < 4 ? y : edge == 12 || edge == 14 ? x : z
    return (edge & 1 == 0 ? a : -a) + (edge & 2 == 0 ? b : -b)
  }
}
