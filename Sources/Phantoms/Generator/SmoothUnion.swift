/// The larger of two depths, with the crease between the shapes filled over a width of `blend`
/// millimetres (the polynomial smooth maximum of signed distance fields).
func smoothMaximum(_ a: Double, _ b: Double, blend: Double) -> Double {
  let h = max(0, blend - abs(a - b)) / blend
  return max(a, b) + h * h * blend / 4
}

/// The smaller of two depths, with the edge between the shapes rounded.
func smoothMinimum(_ a: Double, _ b: Double, blend: Double) -> Double {
  -smoothMaximum(-a, -b, blend: blend)
}
