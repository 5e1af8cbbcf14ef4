import Volumes

/// Label names in a NIfTI header extension, in the XML of Connectome Workbench, which Workbench,
/// TotalSegmentator and others read and write.
enum NIfTILabels {
  /// The code that the NIfTI group gave to Connectome Workbench.
  static let extensionCode: Int32 = 30

  /// The extension that names labels.
  static func makeExtension(_ table: LabelTable) -> NIfTIHeader.Extension {
    var xml = """
      <?xml version="1.0" encoding="UTF-8"?>
      <CaretExtension>
        <VolumeInformation Index="0">
          <LabelTable>

      """
    var entries = table.entries
    if table[0] == nil { entries.insert(.init(value: 0, name: "???"), at: 0) }
    for entry in entries {
      let color = (entry.color + [0, 0, 0]).prefix(3).map {
        "\((Double($0) / 255 * 1e6).rounded() / 1e6)"
      }
      // "]]>" would end the section; it is the one thing that CDATA cannot hold.
      let name = entry.name.replacing("]]>", with: "]]]]><![CDATA[>")
      xml += """
              <Label Key="\(entry.value)" Red="\(color[0])" Green="\(color[1])" \
        Blue="\(color[2])" Alpha="\(entry.value == 0 ? 0 : 1)"><![CDATA[\(name)]]></Label>

        """
    }
    xml += """
          </LabelTable>
          <StudyMetaDataLinkSet></StudyMetaDataLinkSet>
          <VolumeType><![CDATA[Label]]></VolumeType>
        </VolumeInformation>
      </CaretExtension>

      """
    return NIfTIHeader.Extension(code: extensionCode, content: Array(xml.utf8))
  }

  /// The names in the first extension that has a label table, or nil.
  ///
  /// The code is not looked at: TotalSegmentator writes the same XML under the code 0.
  static func table(in extensions: [NIfTIHeader.Extension]) -> LabelTable? {
    for candidate in extensions {
      let text = String(decoding: candidate.content.prefix { $0 != 0 }, as: UTF8.self)
      guard text.contains("<CaretExtension"), let start = text.firstRange(of: "<LabelTable>"),
        let end = text[start.upperBound...].firstRange(of: "</LabelTable>")
      else { continue }
      return table(ofElements: text[start.upperBound..<end.lowerBound])
    }
    return nil
  }

  private static func table(ofElements text: Substring) -> LabelTable {
    var entries: [LabelTable.Entry] = []
    var rest = text
    while let start = rest.firstRange(of: "<Label ") {
      rest = rest[start.upperBound...]
      guard let tagEnd = rest.firstIndex(of: ">"),
        let end = rest[tagEnd...].firstRange(of: "</Label>")
      else { break }
      let attributes = rest[..<tagEnd]
      let name = characters(rest[rest.index(after: tagEnd)..<end.lowerBound])
      rest = rest[end.upperBound...]
      guard let value = attribute("Key", in: attributes).flatMap({ UInt16($0) }) else { continue }
      let color = ["Red", "Green", "Blue"].compactMap { attribute($0, in: attributes) }.compactMap {
        Double($0).map { UInt8(max(0, min(255, ($0.isNaN ? 0 : $0 * 255).rounded()))) }
      }
      // Workbench's name for the background, not a label.
      if value == 0, name == "???" { continue }
      entries.append(.init(value: value, name: name, color: color.count == 3 ? color : nil))
    }
    return LabelTable(entries)
  }

  private static func attribute(_ name: String, in tag: Substring) -> Substring? {
    guard let start = tag.firstRange(of: "\(name)=\""),
      let end = tag[start.upperBound...].firstIndex(of: "\"")
    else { return nil }
    return tag[start.upperBound..<end]
  }

  /// The text of an element: character data and CDATA sections.
  private static func characters(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let start = rest.firstRange(of: "<![CDATA[") {
      result += unescape(rest[..<start.lowerBound])
      rest = rest[start.upperBound...]
      let end = rest.firstRange(of: "]]>")
      result += rest[..<(end?.lowerBound ?? rest.endIndex)]
      rest = rest[(end?.upperBound ?? rest.endIndex)...]
    }
    return (result + unescape(rest)).trimmingWhitespace
  }

  private static func unescape(_ text: Substring) -> String {
    var text = String(text)
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacing(entity, with: character)
    }
    return text
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  var trimmingWhitespace: String {
    guard let start = firstIndex(where: { !$0.isWhitespace }),
      let end = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[start...end])
  }
}
