import Survival
import Testing

struct TableTests {
  private func message(_ csv: String, _ change: (inout SurvivalTable.Roles) -> Void = { _ in })
    -> String
  {
    var roles = SurvivalTable.Roles(time: "t", event: "e")
    change(&roles)
    do {
      _ = try SurvivalTable(csv: csv).data(roles)
      return "read"
    } catch {
      return "\(error)"
    }
  }

  @Test func codesCategoriesAsRDoes() throws {
    let table = try SurvivalTable(
      csv: "t,e,cell,age\n1,1,large,60\n2,0,adeno,50\n3,1,small,55\n4,1,small,1\n5,0,large,2\n"
        + "6,1,adeno,3\n7,1,adeno,4\n8,1,large,5\n9,1,large,7\n")
    let data = try table.data(.init(time: "t", event: "e")).data
    #expect(data.covariates.names == ["celllarge", "cellsmall", "age"])
    #expect(data.covariates[column: 0].prefix(3) == [1, 0, 0])
    #expect(data.event.prefix(2) == [true, false])
  }

  @Test func namesWhatCannotBeRead() {
    #expect(message("t,e\n1,1\n-2,0\n").contains("row 2: found -2.0"))
    #expect(message("t,e\n1,1\nsoon,0\n").contains("column \"t\", row 2: found \"soon\""))
    #expect(message("t,e\n1,1\ninf,0\n").contains("row 2"))
    #expect(message("t,e,x\n1,1,2\n1,0,\n").contains("column \"x\", row 2: found no value"))
    #expect(message("t,e\n1,2\n1,3\n").contains("--event-value"))
    #expect(message("t,f\n1,1\n").contains("no column \"e\"; the table has t, f"))
    #expect(message("t,e\n1,1,1\n").contains("3 values in row 1"))
    #expect(message("t,e,e\n1,1,1\n").contains("occurs twice"))
    #expect(message("t,e,id\n1,1,a\n2,0,b\n3,1,c\n").contains("3 different values in 3 rows"))
    #expect(message("t,e,x\n1,1,a\n2,0,a\n").contains("has the one value"))
    #expect(message("").contains("no line"))
    #expect(message("t,e,s\n1,1,2\n").contains("a number before") == false)
    #expect(
      message("t,e,s\n1,1,2\n") { $0.entry = "s" }.contains("expected a number before"))
  }

  @Test func dropsRowsWithoutValues() throws {
    let table = try SurvivalTable(csv: "t,e,x\n1,1,NA\n2,0,5\n3,1,7\n")
    let reading = try table.data(.init(time: "t", event: "e"), missing: .dropped)
    #expect(reading.rows == [1, 2])
    #expect(reading.data.time == [2, 3])
  }
}
