internal import ConvNet
internal import Foundation
internal import Volumes

extension CaseTable {
  /// What nnU-Net's `dataset.json` says.
  private struct Dataset: Decodable {
    var channelNames: [String: String]
    var labels: [String: Members]
    var fileEnding: String
    var regionsClassOrder: [UInt16]?

    private enum CodingKeys: String, CodingKey {
      case labels
      case regionsClassOrder = "regions_class_order"
      case channelNames = "channel_names"
      case fileEnding = "file_ending"
    }
  }

  /// A label, or the labels of a region.
  private struct Members: Decodable {
    var values: [Int]
    var isList: Bool

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let label = try? container.decode(Int.self)
      isList = label == nil
      values = try label.map { [$0] } ?? container.decode([Int].self)
    }
  }

  /// The cases of a folder in nnU-Net's form: `dataset.json`, `imagesTr/CASE_0000.nii.gz` and
  /// `labelsTr/CASE.nii.gz`. Where labels are lists, they are regions, and `regions_class_order` says
  /// which label each gets. Voxels of the label `ignore` are not learned from.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``.
  init(nnUNet folder: URL) throws {
    let description = folder.appendingPathComponent("dataset.json")
    func invalid(_ reason: String) -> SegmentationError {
      .table(path: description.relativePath, reason: reason)
    }
    let dataset: Dataset
    let text: String
    do {
      let data = try Data(contentsOf: description)
      text = String(decoding: data, as: UTF8.self)
      dataset = try JSONDecoder().decode(Dataset.self, from: data)
    } catch let error as DecodingError {
      throw invalid("\(error.inOneLine); expected nnU-Net's channel_names, labels and file_ending")
    } catch {
      throw invalid(error.localizedDescription)
    }
    let channels = try (0..<dataset.channelNames.count).map { number in
      guard let name = dataset.channelNames["\(number)"] else {
        throw invalid("channel_names lacks \(number)")
      }
      return name
    }
    let ending = dataset.fileEnding
    let labelFolder = folder.appendingPathComponent("labelsTr")
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: labelFolder.path)
    } catch {
      throw SegmentationError.table(
        path: labelFolder.relativePath, reason: error.localizedDescription)
    }
    let cases = files.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.sorted()
    guard !cases.isEmpty, !channels.isEmpty else {
      throw invalid("labelsTr has no file that ends in \(ending), or there is no channel")
    }
    let ignored = try CaseTable.ignoredLabel(dataset.labels).map { label in
      guard let label else {
        throw invalid("the label ignore is not one number above all others, as nnU-Net wants it")
      }
      return label
    }
    let rows = cases.map { file in
      let name = String(file.dropLast(ending.count))
      return Row(
        name: name,
        scans: channels.indices.map {
          folder.appendingPathComponent(
            "imagesTr/\(name)_\(String(format: "%04d", $0))\(ending)"
          ).standardizedFileURL.path
        }, mask: nil, label: labelFolder.appendingPathComponent(file).standardizedFileURL.path,
        relabelling: ignored.map { [$0: LabelledScans.ignored] } ?? [:], weight: 1)
    }
    let named = dataset.labels.filter { $0.value.values != [0] && $0.key != "ignore" }
    let entries = try named.filter { !$0.value.isList }.map { name, label in
      guard let value = UInt16(exactly: label.values[0]) else {
        throw invalid("the label \(name) is \(label.values[0]) where 0 to 65535 is expected")
      }
      return LabelTable.Entry(value: value, name: name)
    }
    guard named.contains(where: \.value.isList) else {
      self.init(channels: channels, rows: rows, labels: LabelTable(entries))
      return
    }
    let order = dataset.regionsClassOrder ?? []
    guard order.count == named.count, Set(order).count == order.count, !order.contains(0) else {
      throw invalid(
        "regions_class_order has \(order.count) labels where \(named.count) regions are named; give "
          + "a label of its own for each region, in the order in which they are named")
    }
    // The order of the names counts, which a dictionary does not keep.
    let names = try named.keys.map { name in
      guard let place = CaseTable.place(ofKey: name, in: text) else {
        throw invalid(
          "the region \"\(name)\" has a name that is written in escapes; write it plainly")
      }
      return (name, place)
    }.sorted { $0.1 < $1.1 }.map(\.0)
    let regions = try zip(names, order).map { name, value in
      let members = try (named[name]?.values ?? []).map { label in
        guard let label = UInt8(exactly: label), label > 0, label < 255 else {
          throw invalid("the region \(name) has the label \(label) where 1 to 254 is expected")
        }
        return label
      }
      return LabelRegion(name: name, members: members, value: value)
    }
    self.init(channels: channels, rows: rows, regions: regions)
  }

  /// The label of voxels whose truth is unknown: nil where there is none, and nil within where it is
  /// not as it should be.
  private static func ignoredLabel(_ labels: [String: Members]) -> UInt16?? {
    guard let members = labels["ignore"] else { return nil }
    let others = labels.filter { $0.key != "ignore" }.flatMap(\.value.values)
    guard !members.isList, let value = UInt16(exactly: members.values[0]),
      others.allSatisfy({ $0 < value })
    else { return .some(nil) }
    return value
  }

  /// Where a key of `labels` is written.
  private static func place(ofKey key: String, in text: String) -> String.Index? {
    guard let labels = text.range(of: "\"labels\"") else { return nil }
    let quoted = "\"\(key)\""
    var rest = labels.upperBound..<text.endIndex
    while let found = text.range(of: quoted, range: rest) {
      if text[found.upperBound...].first(where: { !$0.isWhitespace }) == ":" {
        return found.lowerBound
      }
      rest = found.upperBound..<text.endIndex
    }
    return nil
  }
}
