import Foundation
import Survival
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isThere, "the survival data are not there"))
struct CurveTests {
  private func lung() throws -> (SurvivalTable, SurvivalData) {
    let table = try SharedData.table("lifelines/lung.csv")
    var roles = SurvivalTable.Roles(time: "time", event: "status")
    roles.covariates = ["sex"]
    return (table, try table.data(roles).data)
  }

  private func compare(
    _ name: String, _ data: SurvivalData, _ interval: KaplanMeier.Interval, at times: [Double]
  ) throws {
    let reference = try golden("curves.csv")
    let curve = try KaplanMeier(data, interval: interval)
    let hazard = NelsonAalen(data)
    for time in times {
      let index = try #require(curve.times.lastIndex { $0 <= time })
      let key = "\(Int(time))"
      #expect(near(curve.survival[index], reference["\(name) survival \(key)"]))
      #expect(near(curve.standardErrors[index], reference["\(name) error \(key)"]))
      #expect(near(curve.lower[index], reference["\(name) lower \(key)"]))
      #expect(near(curve.upper[index], reference["\(name) upper \(key)"]))
      #expect(near(hazard.cumulativeHazard[index], reference["\(name) hazard \(key)"]))
      let error = hazard.variance[index].squareRoot()
      #expect(near(error, reference["\(name) hazard error \(key)"]))
    }
  }

  @Test func curvesAgreeWithR() throws {
    try compare("lung", lung().1, .logLog, at: [100, 310, 700])
    var roles = SurvivalTable.Roles(time: "stop", event: "event")
    roles.entry = "start"
    roles.covariates = []
    try compare(
      "heart", SharedData.table("lifelines/stanford_heart.csv").data(roles).data, .log,
      at: [30, 200])
    roles = SurvivalTable.Roles(time: "week", event: "arrest")
    let rossi = try SharedData.table("lifelines/rossi.csv").data(roles).data
    let prior = try #require(rossi.covariates.names.firstIndex(of: "prio"))
    let weighted = try SurvivalData(
      time: rossi.time, event: rossi.event,
      weights: rossi.covariates[column: prior].map { $0 + 1 })
    try compare("rossi", weighted, .plain, at: [20, 52])
  }

  @Test func medianAndMeanAgreeWithR() throws {
    let reference = try golden("curves.csv")
    let curve = try KaplanMeier(lung().1)
    #expect(curve.median.time == 310)
    #expect(curve.median.lower == reference["lung median lower"])
    #expect(curve.median.upper == reference["lung median upper"])
    let mean = try curve.restrictedMean(to: 500)
    #expect(near(mean.mean, reference["lung mean 500"]))
    #expect(near(mean.standardError, reference["lung mean error 500"]))
    #expect(throws: SurvivalError.self) { try curve.restrictedMean(to: 5000) }
  }

  @Test func logRankTestsAgreeWithPeers() throws {
    let reference = try golden("curves.csv")
    let weighted = try golden("logrank.csv")
    let (table, data) = try lung()
    func statistic(
      _ data: SurvivalData, _ groups: [Int], _ weighting: LogRankTest.Weighting = .equal
    ) throws -> Double { try LogRankTest(data, groups: groups, weighting: weighting).chiSquared }
    let sex = data.covariates[column: 0].map { Int($0) }
    #expect(near(try statistic(data, sex), reference["logrank sex"]))
    let rho = LogRankTest.Weighting.flemingHarrington(rho: 1, gamma: 0)
    #expect(near(try statistic(data, sex, rho), reference["logrank rho sex"]))
    #expect(near(try statistic(data, sex, .gehan), weighted["gehan"]))
    #expect(near(try statistic(data, sex, .taroneWare), weighted["taroneWare"]))
    #expect(near(try statistic(data, sex, .peto), weighted["peto"]))
    let test = try LogRankTest(data, groups: sex, weighting: .peto)
    #expect(near(test.pValue, weighted["peto p"]))
    let fleming = LogRankTest.Weighting.flemingHarrington(rho: 0.5, gamma: 1)
    #expect(near(try statistic(data, sex, fleming), weighted["fleming"]))
    var roles = SurvivalTable.Roles(time: "time", event: "status")
    (roles.covariates, roles.strata) = (["sex"], ["ph.ecog"])
    let stratified = try table.data(roles, missing: .dropped).data
    #expect(stratified.count == 227)
    let strata = try #require(stratified.strata)
    let sexes = stratified.covariates[column: 0].map { Int($0) }
    #expect(near(try statistic(stratified, sexes), reference["logrank sex strata"]))
    let pooled = try SurvivalData(time: stratified.time, event: stratified.event)
    #expect(near(try statistic(pooled, strata), reference["logrank ecog"]))
  }
}
