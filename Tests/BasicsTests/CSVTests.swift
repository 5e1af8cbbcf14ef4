import Basics
import Testing

@Suite struct CSVTests {
  @Test(arguments: [
    ["a", "b"], ["", ""], ["a,b", "say \"x\"", "two\nlines", "two\r\nlines", "\""],
  ]) func readsWhatItWrites(_ fields: [String]) {
    #expect(CSV.records(of: CSV.line(fields) + "\r\n" + CSV.line(["z"])) == [fields, ["z"]])
  }

  @Test func quotesOnlyWhatNeedsIt() {
    #expect(CSV.line(["a b", "1.5", "x,y", "\"q\""]) == "a b,1.5,\"x,y\",\"\"\"q\"\"\"")
    #expect(CSV.records(of: "\u{FEFF}a,\"b") == nil)
    #expect(CSV.records(of: "")?.isEmpty == true)
  }
}
