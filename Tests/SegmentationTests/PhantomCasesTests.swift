import ConvNet
import Foundation
import Parallel
import Phantoms
import Testing
import Volumes

@testable import Segmentation

/// Batches that mix cases with synthesised brains.
@Suite struct PhantomCasesTests {
  private var phantoms: PhantomCases {
    var phantoms = PhantomCases()
    phantoms.count = 6
    phantoms.inMemory = 2
    phantoms.settings.size = [16, 16, 16]
    phantoms.settings.pathologies = [.glioma: 1]
    phantoms.labels = [1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1]
    return phantoms
  }

  private func options(fraction: Double) -> TrainingOptions {
    var options = MadeCases.options(steps: 3, epochs: 2)
    options.phantoms = phantoms
    options.phantoms?.fraction = fraction
    return options
  }

  @Test func theFractionIsKept() {
    var phantoms = phantoms
    for fraction in [0, 0.25, 0.3, 0.5, 1] {
      phantoms.fraction = fraction
      let counts = (0..<20).map { phantoms.segments(of: 4, step: $0) }
      #expect(abs(counts.reduce(0, +) - Int(80 * fraction)) <= 1)
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
  }

  @Test func theSameBitsForAnyThreadsAndAfterAnInterruption() throws {
    struct Killed: Error {}
    let options = options(fraction: 0.5)
    func trainer(_ threads: Int) throws -> Trainer {
      try Trainer(
        MadeCases.deepMedic(), options: options, training: MadeCases.cases(0..<2),
        workers: Workers(count: threads))
    }
    let whole = try trainer(1).run()
    #expect(try trainer(3).run() == whole)
    #expect(whole.card.trainingData?.contains("phantoms for 50 % of the segments") == true)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "medcnn-\(UInt64.random(in: 0 ... .max)).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: Killed.self) {
      try trainer(2).run(checkpoint: url, every: .zero) {
        if case .step(4, _, _) = $0 { throw Killed() }
      }
    }
    let second = try trainer(2)
    try second.resume(from: url)
    #expect(try second.run() == whole)
  }

  @Test func aNetworkCanLearnFromPhantomsAlone() throws {
    let trainer = try Trainer(
      MadeCases.deepMedic(), options: options(fraction: 1), training: [])
    var steps = 0
    _ = try trainer.run { if case .step = $0 { steps += 1 } }
    #expect(steps == 6)
    #expect {
      try Trainer(MadeCases.deepMedic(), options: options(fraction: 0.5), training: [])
    } throws: {
      "\($0)".contains("no case to learn from")
    }
  }

  @Test func labelsAndChannelsAreMapped() throws {
    let channels = ["FLAIR", "T1c"].map { Channel(name: $0, normalization: .deepMedic) }
    let cases = try phantoms.cases(channels: channels)
    #expect(cases.map(\.name).first == "phantom 1")
    #expect(cases.count == 6)
    let made = try cases[2].load(Workers(count: 1))
    #expect(made.scans.count == 2)
    #expect(made.labels.labels == [1])
    #expect {
      try phantoms.cases(channels: [Channel(name: "CT", normalization: .none)])
    } throws: {
      "\($0)".contains("the channel CT")
    }
  }

  @Test func partsOfAPlanAreEnough() throws {
    let plan = TrainingPlan(
      .deepmedic, name: "a", channels: ["T1"], labels: [.init(value: 1, name: "lesion")])
    func changed(_ text: String) throws -> TrainingPlan {
      let changes = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
      return try plan.changed(by: changes, path: "plan.yaml")
    }
    let found = try changed(
      #"{"training": {"phantoms": {"fraction": 0.25, "labels": {"2": 0, "5": 1}, "#
        + #""settings": {"skull": 1, "pathologies": {"ms": 1}}}}}"#)
    var expected = PhantomCases()
    expected.fraction = 0.25
    expected.labels = [2: 0, 5: 1]
    expected.settings.skull = 1
    expected.settings.pathologies = [.ms: 1]
    #expect(found.training.phantoms == expected)
    #expect {
      try changed(#"{"training": {"phantoms": {"settings": {"skul": 1}}}}"#)
    } throws: {
      "\($0)".contains("no 'skul'")
    }
    #expect {
      try changed(#"{"training": {"phantoms": {"part": 1}}}"#)
    } throws: {
      "\($0)".contains("training.phantoms.part")
    }
    var options = options(fraction: 2)
    #expect(options.fault?.contains("fraction of phantoms") == true)
    options = self.options(fraction: 1)
    options.phantoms?.settings.skull = 3
    #expect(options.fault?.contains("skull") == true)
  }
}
