/// An array that is known when a graph is read: weights, or numbers computed from shapes.
struct ONNXConstant {
  enum Values {
    case floats([Float])
    /// Nil for a number that depends on the size of the image.
    case integers([Int?])

    var count: Int {
      switch self {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    }

    /// The values at these places.
    func picked(_ places: [Int]) -> Values {
      switch self {
      case .floats(let values): .floats(places.map { values[$0] })
      case .integers(let values): .integers(places.map { values[$0] })
      }
    }
  }

  var shape: [Int]
  var values: Values

  init(shape: [Int], values: Values) {
    self.shape = shape
    self.values = values
  }

  init(integers: [Int?]) {
    self.init(shape: [integers.count], values: .integers(integers))
  }

  /// The values as single-precision numbers; nil where one depends on the image.
  var floats: [Float]? {
    switch values {
    case .floats(let values): return values
    case .integers(let values):
      let known = values.compactMap { $0 }
      return known.count == values.count ? known.map { Float($0) } : nil
    }
  }

  /// The values as integers, nil for those that are unknown; nil where they are not integers.
  var integers: [Int?]? {
    switch values {
    case .integers(let values): return values
    case .floats(let values):
      let whole = values.map { Int(exactly: $0) }
      return whole.contains(nil) ? nil : whole
    }
  }

  /// One value per channel, where the array has the shape of a channel vector beside (1, channels,
  /// z, y, x), or one value for all.
  func channelVector(_ channels: Int) -> [Float]? {
    guard let floats else { return nil }
    if floats.count == 1 { return floats }
    guard floats.count == channels else { return nil }
    // The channels' axis is the fourth from the end; a plain vector would lie along x.
    let axis = shape.count - 4
    return axis >= 0 && shape[axis] == channels ? floats : nil
  }
}

/// Computes nodes all of whose inputs are constants, as exporters write them for shapes.
enum ONNXFolding {
  /// More numbers than shapes and paddings ever have; weights are only passed on.
  static let limit = 1 << 12

  /// The result; nil where the operator or its inputs are not such.
  static func result(_ node: ONNXNode, _ inputs: [ONNXConstant?]) -> ONNXConstant? {
    guard let first = inputs.first ?? nil else { return nil }
    func integers(_ index: Int) -> [Int]? {
      guard index < inputs.count, let values = inputs[index]?.integers else { return nil }
      let known = values.compactMap { $0 }
      return known.count == values.count ? known : nil
    }
    switch node.kind {
    case "Identity", "Dropout": return first
    case "Cast": return cast(first, to: node.attributes["to"]?.integer ?? 1)
    case "Reshape": return integers(1).flatMap { reshape(first, $0) }
    case "Unsqueeze":
      return (node.attributes["axes"]?.integers ?? integers(1)).flatMap { unsqueeze(first, $0) }
    case "Squeeze":
      return squeeze(first, node.attributes["axes"]?.integers ?? integers(1))
    case _ where first.values.count > limit: return nil
    case "Concat": return concatenate(inputs.compactMap { $0 }, of: inputs.count)
    case "Gather":
      guard node.attributes["axis"]?.integer ?? 0 == 0, first.shape.count == 1,
        inputs.count == 2, let second = inputs[1], second.shape.count <= 1,
        let places = integers(1)
      else { return nil }
      let count = first.values.count
      let absolute = places.map { $0 < 0 ? $0 &+ count : $0 }
      guard absolute.allSatisfy({ (0..<count).contains($0) }) else { return nil }
      return ONNXConstant(shape: second.shape, values: first.values.picked(absolute))
    case "ConstantOfShape":
      // The value is read by the caller, which knows how to read tensors.
      guard let shape = integers(0), let count = elementCount(shape), count <= limit,
        inputs.count == 2, let value = inputs[1], value.values.count == 1
      else { return nil }
      return ONNXConstant(
        shape: shape, values: value.values.picked(Array(repeating: 0, count: count)))
    case "Slice":
      guard first.shape.count <= 2, let starts = integers(1), let ends = integers(2) else {
        return nil
      }
      return slice(
        first, starts, ends, axes: inputs.count > 3 ? integers(3) : nil,
        steps: inputs.count > 4 ? integers(4) : nil)
    case "Transpose":
      guard first.shape.count == 2, node.attributes["perm"]?.integers ?? [1, 0] == [1, 0] else {
        return nil
      }
      let (rows, columns) = (first.shape[0], first.shape[1])
      return ONNXConstant(
        shape: [columns, rows],
        values: first.values.picked(
          (0..<rows * columns).map { $0 % rows * columns + $0 / rows }))
    case "Floor": return map(first) { $0.rounded(.down) }
    case "Ceil": return map(first) { $0.rounded(.up) }
    case "Add", "Sub", "Mul", "Div", "Mod":
      guard inputs.count == 2, let second = inputs[1], second.values.count <= limit else {
        return nil
      }
      return combine(node.kind, first, second)
    default: return nil
    }
  }

  private static func cast(_ constant: ONNXConstant, to type: Int) -> ONNXConstant? {
    switch (type, constant.values) {
    case (1, .integers), (10, .integers), (11, .integers):
      guard let floats = constant.floats else { return nil }
      return ONNXConstant(shape: constant.shape, values: .floats(floats))
    case (1, _), (10, _), (11, _): return constant
    case (6, .integers), (7, .integers): return constant
    case (6, .floats(let values)), (7, .floats(let values)):
      let whole = values.map { Int(exactly: $0.rounded(.towardZero)) }
      guard !whole.contains(nil) else { return nil }
      return ONNXConstant(shape: constant.shape, values: .integers(whole))
    default: return nil
    }
  }

  private static func reshape(_ constant: ONNXConstant, _ target: [Int]) -> ONNXConstant? {
    guard target.count <= 8 else { return nil }
    var shape = target
    for (axis, extent) in target.enumerated() where extent == 0 {
      guard axis < constant.shape.count else { return nil }
      shape[axis] = constant.shape[axis]
    }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      guard let known = elementCount(shape), known > 0 else { return nil }
      shape[open] = constant.values.count / known
    }
    guard elementCount(shape) == constant.values.count else { return nil }
    return ONNXConstant(shape: shape, values: constant.values)
  }

  private static func unsqueeze(_ constant: ONNXConstant, _ axes: [Int]) -> ONNXConstant? {
    let rank = constant.shape.count + axes.count
    guard rank <= 8 else { return nil }
    var shape = constant.shape
    for axis in axes.map({ $0 < 0 ? $0 &+ rank : $0 }).sorted() {
      guard (0...shape.count).contains(axis) else { return nil }
      shape.insert(1, at: axis)
    }
    return ONNXConstant(shape: shape, values: constant.values)
  }

  private static func squeeze(_ constant: ONNXConstant, _ axes: [Int]?) -> ONNXConstant? {
    let rank = constant.shape.count
    let removed = axes?.map { $0 < 0 ? $0 &+ rank : $0 }
    var shape: [Int] = []
    for (axis, extent) in constant.shape.enumerated() {
      guard removed?.contains(axis) ?? (extent == 1) else {
        shape.append(extent)
        continue
      }
      guard extent == 1 else { return nil }
    }
    return ONNXConstant(shape: shape, values: constant.values)
  }

  private static func concatenate(_ parts: [ONNXConstant], of count: Int) -> ONNXConstant? {
    guard parts.count == count, parts.allSatisfy({ $0.shape.count == 1 }),
      parts.reduce(0, { $0 + $1.values.count }) <= limit
    else { return nil }
    let integers = parts.compactMap { part -> [Int?]? in
      if case .integers(let values) = part.values { values } else { nil }
    }
    if integers.count == count { return ONNXConstant(integers: integers.flatMap { $0 }) }
    let floats = parts.compactMap { part -> [Float]? in
      if case .floats(let values) = part.values { values } else { nil }
    }
    guard floats.count == count else { return nil }
    let joined = floats.flatMap { $0 }
    return ONNXConstant(shape: [joined.count], values: .floats(joined))
  }

  /// A slice along one axis of a vector or a matrix.
  private static func slice(
    _ constant: ONNXConstant, _ starts: [Int], _ ends: [Int], axes: [Int]?, steps: [Int]?
  ) -> ONNXConstant? {
    guard starts.count == 1, ends.count == 1, axes?.count ?? 1 == 1, steps?.count ?? 1 == 1 else {
      return nil
    }
    let rank = constant.shape.count
    let axis = axes.map { $0[0] < 0 ? $0[0] &+ rank : $0[0] } ?? 0
    guard (0..<rank).contains(axis) else { return nil }
    let extent = constant.shape[axis]
    let places = Self.places(starts[0], ends[0], steps?[0] ?? 1, of: extent)
    var shape = constant.shape
    shape[axis] = places.count
    let columns = rank == 2 ? constant.shape[1] : 1
    let picked =
      axis == 0
      ? places.flatMap { row in (0..<columns).map { row * columns + $0 } }
      : (0..<constant.shape[0]).flatMap { row in places.map { row * columns + $0 } }
    return ONNXConstant(shape: shape, values: constant.values.picked(picked))
  }

  /// The places that a slice of an axis takes.
  private static func places(_ start: Int, _ end: Int, _ step: Int, of extent: Int) -> [Int] {
    guard step != 0, extent > 0 else { return [] }
    func clamped(_ place: Int, _ range: ClosedRange<Int>) -> Int {
      min(max(place < 0 ? place &+ extent : place, range.lowerBound), range.upperBound)
    }
    if step > 0 {
      return Array(stride(from: clamped(start, 0...extent), to: clamped(end, 0...extent), by: step))
    }
    // The end of a backward slice may lie before the first place: any number below -extent.
    let first = clamped(start, -1...extent - 1)
    let last = end < -extent ? -1 : clamped(end, -1...extent - 1)
    return Array(stride(from: first, to: last, by: max(step, -extent - 1)))
  }

  private static func map(
    _ constant: ONNXConstant, _ function: (Float) -> Float
  ) -> ONNXConstant? {
    guard case .floats(let values) = constant.values else { return constant }
    return ONNXConstant(shape: constant.shape, values: .floats(values.map(function)))
  }

  private static func combine(
    _ kind: String, _ left: ONNXConstant, _ right: ONNXConstant
  ) -> ONNXConstant? {
    let (count, other) = (left.values.count, right.values.count)
    guard count == other || count == 1 || other == 1, count > 0, other > 0 else { return nil }
    let size = max(count, other)
    let shape = count >= other ? left.shape : right.shape
    func pair<Number>(_ a: [Number], _ b: [Number], _ index: Int) -> (Number, Number) {
      (a[count == 1 ? 0 : index], b[other == 1 ? 0 : index])
    }
    switch (left.values, right.values) {
    case (.integers(let a), .integers(let b)):
      return ONNXConstant(
        shape: shape,
        values: .integers(
          (0..<size).map { index in
            guard case (let a?, let b?) = pair(a, b, index) else { return nil }
            let (value, overflow) =
              switch kind {
              case "Add": a.addingReportingOverflow(b)
              case "Sub": a.subtractingReportingOverflow(b)
              case "Mul": a.multipliedReportingOverflow(by: b)
              case "Mod": a.remainderReportingOverflow(dividingBy: b)
              default: a.dividedReportingOverflow(by: b)
              }
            // Of negative numbers programs take different remainders.
            return overflow || (kind == "Mod" && min(a, b) < 0) ? nil : value
          }))
    case (.floats(let a), .floats(let b)) where kind != "Mod":
      return ONNXConstant(
        shape: shape,
        values: .floats(
          (0..<size).map { index in
            let (a, b) = pair(a, b, index)
            return switch kind {
            case "Add": a + b
            case "Sub": a - b
            case "Mul": a * b
            default: a / b
            }
          }))
    default: return nil
    }
  }
}
