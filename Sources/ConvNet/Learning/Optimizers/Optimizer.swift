public import Parallel

/// What moves a network's weights against the gradient of a loss, with what it remembers from step to
/// step.
///
/// Weights are changed one by one, so that the result has the same bits for any number of threads.
public struct Optimizer: Sendable {
  /// How a gradient g becomes a change of a weight w at the learning rate r.
  public enum Rule: Sendable, Hashable, Codable {
    /// Stochastic gradient descent with momentum m (Sutskever et al. 2013, in the form of PyTorch):
    /// v = m v + g; w -= r (g + m v) where `nesterov`, else w -= r v.
    case sgd(momentum: Double, nesterov: Bool)
    /// RMSprop with Nesterov's momentum as in DeepMedic: a = rho a + (1 - rho) g^2;
    /// s = r g / sqrt(a + epsilon); v = m v - s; w += m v - s. Where `normalized`, s is multiplied by
    /// 1 - m (the paper's; the program's later versions do not).
    case rmsprop(rho: Double, epsilon: Double, momentum: Double, normalized: Bool)
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    case adamW(beta1: Double, beta2: Double, epsilon: Double)
  }

  /// How large weights are penalised. Only kernels are: neither biases nor norms nor slopes.
  public struct Decay: Sendable, Hashable, Codable {
    /// The factor of the sum of the kernels' absolute values in the loss.
    public var l1: Double
    /// The factor of the sum of the kernels' squares in the loss.
    public var l2: Double
    /// The part of a kernel by which it shrinks in a step of the learning rate 1, apart from the loss.
    public var decoupled: Double

    /// Makes a penalty.
    public init(l1: Double = 0, l2: Double = 0, decoupled: Double = 0) {
      self.l1 = l1
      self.l2 = l2
      self.decoupled = decoupled
    }
  }

  /// How gradients become changes.
  public let rule: Rule
  /// How large weights are penalised.
  public let decay: Decay
  /// The number of steps taken.
  public private(set) var steps: Int
  /// What is remembered of each weight, by the weight's name: the momentum ("velocity") and the mean
  /// square ("square"), each as many numbers as the weight has.
  public private(set) var memory: [String: [String: [Float]]]

  /// Makes an optimiser, or goes on with one.
  public init(
    _ rule: Rule, decay: Decay = Decay(), steps: Int = 0, memory: [String: [String: [Float]]] = [:]
  ) {
    self.rule = rule
    self.decay = decay
    self.steps = steps
    self.memory = memory
  }

  /// RMSprop with DeepMedic's numbers (Kamnitsas et al. 2017; the program's version 0.8.4).
  public static let deepMedic = Optimizer(
    .rmsprop(rho: 0.9, epsilon: 1e-4, momentum: 0.6, normalized: false),
    decay: Decay(l1: 1e-6, l2: 1e-4))
  /// Stochastic gradient descent with nnU-Net's numbers (Isensee et al. 2021); its decay of 3e-5 times
  /// the weight is the gradient of half of that times the square.
  public static let nnUNet = Optimizer(
    .sgd(momentum: 0.99, nesterov: true), decay: Decay(l2: 1.5e-5))
  /// AdamW with PyTorch's numbers.
  public static let adamW = Optimizer(
    .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: Decay(decoupled: 0.01))

  /// Changes the weights that have a gradient.
  ///
  /// - Precondition: a gradient has as many numbers as its weight.
  public mutating func step(
    _ weights: inout [String: Weight], gradients: [String: [Float]], rate: Double,
    workers: Workers = .all
  ) {
    steps += 1
    let names = gradients.keys.sorted().filter { weights[$0] != nil }
    var jobs = names.map { name in
      let count = weights[name]!.values.count
      precondition(gradients[name]!.count == count)
      var remembered = memory[name] ?? [:]
      for slot in slots where remembered[slot] == nil {
        remembered[slot] = [Float](repeating: 0, count: count)
      }
      return Job(weight: weights[name]!, gradient: gradients[name]!, memory: remembered)
    }
    // Taken out, so that the arrays are changed in place.
    for name in names {
      weights[name] = nil
      memory[name] = nil
    }
    let rates = Rates(rule, decay, rate: rate, steps: steps)
    jobs.withUnsafeMutableBufferPointer { jobs in
      nonisolated(unsafe) let jobs = jobs
      workers.forEach(jobs.count) { index, _ in jobs[index].run(rates) }
    }
    for (name, job) in zip(names, jobs) {
      weights[name] = job.weight
      memory[name] = job.memory
    }
  }

  private var slots: [String] {
    switch rule {
    case .sgd: ["velocity"]
    case .rmsprop, .adamW: ["velocity", "square"]
    }
  }
}

/// The numbers of one step.
private struct Rates {
  let rule: Optimizer.Rule
  let rate: Float
  let l1: Float
  let l2: Float
  let kept: Float
  /// Adam's corrections of the means that begin at 0.
  let correction1: Float
  let correction2: Float

  init(_ rule: Optimizer.Rule, _ decay: Optimizer.Decay, rate: Double, steps: Int) {
    self.rule = rule
    self.rate = Float(rate)
    l1 = Float(decay.l1)
    l2 = Float(2 * decay.l2)
    kept = Float(1 - rate * decay.decoupled)
    guard case .adamW(let beta1, let beta2, _) = rule else {
      (correction1, correction2) = (1, 1)
      return
    }
    // By squaring, which has the same bits everywhere.
    func power(_ base: Double) -> Double {
      var (result, factor, exponent) = (1.0, base, steps)
      while exponent > 0 {
        if exponent & 1 == 1 { result *= factor }
        factor *= factor
        exponent >>= 1
      }
      return result
    }
    correction1 = Float(1 / (1 - power(beta1)))
    correction2 = Float(1 / (1 - power(beta2)).squareRoot())
  }
}

/// One weight's change.
private struct Job {
  var weight: Weight
  let gradient: [Float]
  var memory: [String: [Float]]

  mutating func run(_ rates: Rates) {
    var velocity = memory.removeValue(forKey: "velocity") ?? []
    var square = memory.removeValue(forKey: "square") ?? []
    // Five axes are a convolution's kernel.
    let isKernel = weight.shape.count == 5
    let (l1, l2) = isKernel ? (rates.l1, rates.l2) : (0, 0)
    let (rate, kept) = (rates.rate, isKernel ? rates.kept : 1)
    let count = gradient.count
    gradient.withUnsafeBufferPointer { gradient in
      weight.values.withUnsafeMutableBufferPointer { w in
        velocity.withUnsafeMutableBufferPointer { v in
          square.withUnsafeMutableBufferPointer { a in
            func penalised(_ index: Int) -> Float {
              let value = w[index]
              let sign: Float = value > 0 ? 1 : value < 0 ? -1 : 0
              return gradient[index] + l1 * sign + l2 * value
            }
            switch rates.rule {
            case .sgd(let momentum, let nesterov):
              let m = Float(momentum)
              for index in 0..<count {
                let g = penalised(index)
                v[index] = m * v[index] + g
                w[index] = kept * w[index] - rate * (nesterov ? g + m * v[index] : v[index])
              }
            case .rmsprop(let rho, let epsilon, let momentum, let normalized):
              let (rho, epsilon, m) = (Float(rho), Float(epsilon), Float(momentum))
              let scale = normalized ? rate * (1 - m) : rate
              for index in 0..<count {
                let g = penalised(index)
                a[index] = rho * a[index] + (1 - rho) * g * g
                let step = scale * g / (a[index] + epsilon).squareRoot()
                v[index] = m * v[index] - step
                w[index] = kept * w[index] + (m * v[index] - step)
              }
            case .adamW(let beta1, let beta2, let epsilon):
              let (b1, b2, epsilon) = (Float(beta1), Float(beta2), Float(epsilon))
              for index in 0..<count {
                let g = penalised(index)
                v[index] = b1 * v[index] + (1 - b1) * g
                a[index] = b2 * a[index] + (1 - b2) * g * g
                let root = a[index].squareRoot() * rates.correction2 + epsilon
                w[index] = kept * w[index] - rate * rates.correction1 * v[index] / root
              }
            }
          }
        }
      }
    }
    memory["velocity"] = velocity
    if !square.isEmpty { memory["square"] = square }
  }
}
