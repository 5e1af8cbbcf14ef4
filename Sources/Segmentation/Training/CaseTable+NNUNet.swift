internal import ConvNet
internal import Foundation
internal import Volumes

extension CaseTable {
  /// What nnU-Net's `dataset.json` says.
  private struct Dataset: Decodable {
    var channelNames: [String: String]
    var labels: [String: Int]
    var fileEnding: String

    private enum CodingKeys: String, CodingKey {
      case labels
      case channelNames = "channel_names"
      case fileEnding = "file_ending"
    }
  }

  /// The cases of a folder in nnU-Net's form: `dataset.json`, `imagesTr/CASE_0000.nii.gz` and
  /// `labelsTr/CASE.nii.gz`.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``.
  init(nnUNet folder: URL) throws {
    let description = folder.appendingPathComponent("dataset.json")
    func invalid(_ reason: String) -> SegmentationError {
      .table(path: description.relativePath, reason: reason)
    }
    let dataset: Dataset
    do {
      dataset = try JSONDecoder().decode(Dataset.self, from: Data(contentsOf: description))
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
    let rows = cases.map { file in
      let name = String(file.dropLast(ending.count))
      return Row(
        name: name,
        scans: channels.indices.map {
          folder.appendingPathComponent(
            "imagesTr/\(name)_\(String(format: "%04d", $0))\(ending)"
          ).standardizedFileURL.path
        }, mask: nil, label: labelFolder.appendingPathComponent(file).standardizedFileURL.path,
        weight: 1)
    }
    let labels = try dataset.labels.filter { $0.value != 0 }.map { name, value in
      guard let value = UInt16(exactly: value) else {
        throw invalid("the label \(name) is \(value) where 0 to 65535 is expected")
      }
      return LabelTable.Entry(value: value, name: name)
    }
    self.init(channels: channels, rows: rows, labels: LabelTable(labels))
  }
}
