import Volumes

/// The triangles that divide eight neighbouring voxel centres into inside and outside, for each of the
/// 256 cases (marching cubes, Lorensen and Cline 1987), with vertices half-way between the centres.
///
/// The divisions are those of PyRadiomics, found by measuring its areas and volumes for each case
/// (`Tests/Oracles/radiomics/surface_mesh_cases.py`). They leave gaps where two cubes divide the face
/// between them differently, so that the volume depends a little on where the origin is.
///
/// Corner x + 2y + 4z is bit `1 << corner` of a case. Edge 4 axis + n runs along an axis from the corner
/// whose other two coordinates are the bits of n. A case's complement has the same triangles turned.
struct MeshCases {
  /// The cross products a x b of the edges of each triangle, in quarters of a squared voxel.
  private var normals = [[SIMD3<Double>]](repeating: [], count: 256)
  /// The sum of a . (b x c) over the triangles, with the cube's first corner at the origin, in voxels.
  private(set) var products = [Double](repeating: 0, count: 256)
  /// The sum of the triangles' normals, in squared voxels: how ``products`` changes with the position.
  private(set) var closures = [SIMD3<Double>](repeating: .zero, count: 256)

  init() {
    for (code, edges) in MeshCases.triangles.enumerated() {
      let vertices = edges.utf8.map(MeshCases.midpoint)
      for first in stride(from: 0, to: vertices.count, by: 3) {
        let (a, b, c) = (vertices[first], vertices[first + 1], vertices[first + 2])
        let normal = cross(b - a, c - a)
        let product = dot(cross(a, b), c)
        normals[code].append(normal)
        normals[255 - code].append(normal)
        products[code] += product
        products[255 - code] -= product
        closures[code] += normal
        closures[255 - code] -= normal
      }
    }
  }

  /// The area of a case's triangles, in squared millimetres.
  func area(_ code: Int, spacing: SIMD3<Double>) -> Double {
    let faces = SIMD3(spacing.y * spacing.z, spacing.z * spacing.x, spacing.x * spacing.y)
    return normals[code].reduce(0) { sum, normal in
      let scaled = normal * faces
      return sum + 0.5 * dot(scaled, scaled).squareRoot()
    }
  }

  /// The middle of an edge, given by its digit, in voxels from the cube's first corner.
  private static func midpoint(_ digit: UInt8) -> SIMD3<Double> {
    let edge = Int(digit < 0x61 ? digit - 0x30 : digit - 0x57)
    let axis = edge / 4
    var point = SIMD3<Double>.zero
    point[axis] = 0.5
    let others = (0..<3).filter { $0 != axis }
    point[others[0]] = Double(edge & 1)
    point[others[1]] = Double(edge >> 1 & 1)
    return point
  }

  /// The edges that the triangles of cases 0 to 127 have their vertices on.
  private static let triangles = [
    "", "480", "095", "485895", "1a4", "1a0a80", "0951a4", "1a5a89a95",
    "5b1", "4805b1", "0919b1", "48189b8b1", "5b4ba4", "5b0ba8b80", "0949ba9a4", "9b8ba8",
    "286", "460620", "095286", "296956546", "1a4286", "1a2a62120", "0951a4286", "1a5a65625295",
    "5b1286", "4606205b1", "0919b1286", "4616212919b1", "2865b4ba4", "5b0ba6b60620",
    "0949ba9a4286", "2969ba9a6",
    "792", "480792", "025275", "754742482", "1a4792", "1a0a80792", "0252751a4", "1a5a82a25275",
    "5b1792", "4805b1792", "0212717b1", "4818212717b1", "7925b4ba4", "5b0ba8b80792",
    "0242747b4ba4", "7b2ba8b82",
    "796986", "467470790", "085865675", "465675", "1a4796986", "1a0a67a70790", "0858656751a4",
    "1a5a65675",
    "5b1796986", "4674707905b1", "0818678717b1", "4674717b1", "5b4ba4796986", "5b0ba0a60670790",
    "08606707b0ba0a4", "7b6ba6",
    "6a3", "4a0a30360680", "0956a3", "6838939535434a3", "134364", "130360680", "094951913936964",
    "135365685895",
    "5b6b365616a1", "5b0b303606804a1", "0969b6b360616a1", "4a168389b8b3", "6456535b3",
    "5b0b30360680", "0949b3934364", "68389b8b3",
    "2838a3", "4a0a30320", "0858a5a35325295", "2939549434a3", "132124284", "130320",
    "084132125295", "132125295",
    "5b353252858a5a1", "5b0b303204a1", "1b0b903a2a82", "4a12939b3", "2838458535b3", "5b0b30320",
    "0842939b3", "2939b3",
    "6a2a39379a92", "4a0a30370790682", "02a26a0a5a37a75", "6827547434a3", "139379194926964",
    "130370790682", "570720461631", "135375682",
    "5919212616a17b3", "5904a16827b3", "0212616a17b3", "4a16827b3", "6456525927b3", "5906827b3",
    "0242647b3", "6827b3",
    "79398a9a3", "4a0a30370790", "0858a3835375", "7547434a3", "134374794984", "130370790",
    "084135375", "135375",
    "59198a9a17b3", "5904a17b3", "0818a17b3", "4a17b3", "7b3594984", "5907b3", "0847b3", "7b3",
  ]
}
