import Foundation
import Parallel
import Survival
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isThere, "the survival data are not there"))
struct CoxTests {
  private func rossi(_ change: (inout SurvivalTable.Roles) -> Void = { _ in }) throws
    -> SurvivalData
  {
    var roles = SurvivalTable.Roles(time: "week", event: "arrest")
    change(&roles)
    return try SharedData.table("lifelines/rossi.csv").data(roles).data
  }

  private func compare(
    _ name: String, _ data: SurvivalData, ties: CoxModel.Ties = .efron, isRobust: Bool = false
  ) throws {
    let reference = try golden("cox.csv")
    var settings = CoxModel.Settings()
    (settings.ties, settings.isRobust) = (ties, isRobust)
    let model = try CoxModel(fitting: data, settings: settings)
    for (index, column) in model.names.enumerated() {
      let coefficient = reference["\(name) coefficient \(column)"]
      #expect(near(model.coefficients[index], coefficient, 1e-8), "\(name) \(column)")
      let error = reference["\(name) error \(column)"]
      #expect(near(model.standardErrors[index], error, 1e-8), "\(name) error \(column)")
    }
    #expect(near(model.logLikelihood, reference["\(name) likelihood"]), "\(name)")
    #expect(near(model.nullLogLikelihood, reference["\(name) null"]), "\(name)")
  }

  @Test func agreesWithR() throws {
    let data = try rossi()
    try compare("efron", data)
    try compare("breslow", data, ties: .breslow)
    try compare("strata", rossi { $0.strata = ["race"] })
    try compare("robust", data, isRobust: true)
    let pairs = try SurvivalData(
      time: data.time, event: data.event, clusters: (0..<data.count).map { $0 / 2 },
      covariates: data.covariates)
    try compare("cluster", pairs)
    let columns = data.covariates
    let two = try Covariates(
      names: ["fin", "age"], columns: [Array(columns[column: 0]), Array(columns[column: 1])])
    let weighted = try SurvivalData(
      time: data.time, event: data.event, weights: columns[column: 6].map { $0 + 1 },
      covariates: two)
    try compare("weighted", weighted)
    try compare("weighted robust", weighted, isRobust: true)
    let others = try Covariates(
      names: ["fin", "prio"], columns: [Array(columns[column: 0]), Array(columns[column: 6])])
    try compare(
      "offset",
      SurvivalData(
        time: data.time, event: data.event, offset: columns[column: 1].map { $0 / 20 },
        covariates: others))
  }

  @Test func agreesWithROnOtherData() throws {
    var roles = SurvivalTable.Roles(time: "stop", event: "event")
    (roles.entry, roles.covariates) = ("start", ["age", "year", "surgery", "transplant"])
    let heart = try SharedData.table("lifelines/stanford_heart.csv")
    try compare("entry", heart.data(roles).data)
    roles.cluster = "id"
    try compare("entry robust", heart.data(roles).data)
    roles = SurvivalTable.Roles(time: "time", event: "status")
    roles.covariates = ["age", "sex", "ph.ecog"]
    let lung = try SharedData.table("lifelines/lung.csv").data(roles, missing: .dropped).data
    try compare("lung", lung)
  }

  @Test func ridgeAgreesWithLifelines() throws {
    var settings = CoxModel.Settings()
    settings.ridge = 0.1
    let model = try CoxModel(fitting: rossi(), settings: settings)
    let published = [-0.27334, -0.03599, 0.20321, -0.20178, -0.31323, -0.05786, 0.07085]
    for (found, expected) in zip(model.coefficients, published) {
      #expect(abs(found - expected) < 6e-6)
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let data = try rossi()
    let one = try CoxModel(fitting: data, workers: Workers(count: 1))
    let three = try CoxModel(fitting: data, workers: Workers(count: 3))
    #expect(one.coefficients == three.coefficients)
    #expect(one.covariance == three.covariance)
  }

  @Test func namesTheColumnThatCannotBeFitted() throws {
    func message(_ names: [String], _ columns: [[Double]]) -> String {
      do {
        _ = try CoxModel(
          fitting: SurvivalData(
            time: [1, 2, 3, 4, 5, 6], event: [true, true, true, true, false, true],
            covariates: Covariates(names: names, columns: columns)))
        return "fitted"
      } catch { return "\(error)" }
    }
    let a = [1.0, 3, 2, 5, 4, 4]
    #expect(message(["same"], [[2, 2, 2, 2, 2, 2]]).contains("has the one value"))
    #expect(
      message(["a", "twice"], [a, a.map { 2 * $0 }]).contains("\"twice\" follows from \"a\""))
    #expect(message(["early"], [[9, 7, 5, 3, 2, 1]]).contains("grows without end"))
  }
}
