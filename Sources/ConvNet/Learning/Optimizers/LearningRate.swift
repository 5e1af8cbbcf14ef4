import Foundation

/// The learning rate over the epochs of a training.
public struct LearningRate: Sendable, Hashable, Codable {
  /// How it falls.
  public enum Schedule: Sendable, Hashable, Codable {
    /// Not at all.
    case constant
    /// To half at the beginning of each of these epochs, counted from 0 (DeepMedic).
    case halving(epochs: [Int])
    /// As (1 - epoch / epochs) to a power (nnU-Net: 0.9).
    case polynomial(power: Double)
    /// As half a cosine from 1 to 0 (Loshchilov and Hutter 2017, without restarts).
    case cosine
  }

  /// The rate at first.
  public var initial: Double
  /// How it falls.
  public var schedule: Schedule

  /// Makes a learning rate.
  public init(_ initial: Double, _ schedule: Schedule = .constant) {
    self.initial = initial
    self.schedule = schedule
  }

  /// The rate in an epoch, counted from 0.
  public func rate(epoch: Int, of epochs: Int) -> Double {
    let part = Double(epoch) / Double(max(1, epochs))
    return switch schedule {
    case .constant: initial
    case .halving(let at): initial * pow(0.5, Double(at.count { $0 <= epoch }))
    case .polynomial(let power): initial * pow(max(0, 1 - part), power)
    case .cosine: initial * (1 + cos(.pi * min(1, part))) / 2
    }
  }

  /// The epochs at which DeepMedic halves the rate, as parts of a training: those of the program's
  /// version 0.8.4 (17, 22, 27, 30 and 33 of 35).
  public static func deepMedicHalvings(epochs: Int) -> [Int] {
    var halvings: [Int] = []
    for epoch in [17, 22, 27, 30, 33] {
      let scaled = epoch * epochs / 35
      if scaled > halvings.last ?? 0 { halvings.append(scaled) }
    }
    return halvings
  }
}
