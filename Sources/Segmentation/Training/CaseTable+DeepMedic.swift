internal import ConvNet
internal import Foundation

extension CaseTable {
  /// The cases of DeepMedic's `trainConfig.cfg`: `channelsTraining` names a list of files for each
  /// channel, `gtLabelsTraining` and, where wanted, `roiMasksTraining` one each; `channelsValidation`
  /// and so on those of the cases held out. A list has one path a line, relative to the list; a line
  /// that begins with # is a comment.
  ///
  /// A channel is called after the end of its list's name (`trainChannels_flair.cfg`: flair), a case
  /// after its folder or its label map.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``, `ConvNetError` where the file or a list cannot
  ///   be read.
  init(deepMedic url: URL) throws {
    let path = url.relativePath
    func invalid(_ reason: String) -> SegmentationError { .table(path: path, reason: reason) }
    let file = try DeepMedicTrainingFile(path: path)
    let folder = url.deletingLastPathComponent()
    func paths(_ list: String) throws -> [String] {
      let url = URL(fileURLWithPath: list, relativeTo: folder).standardizedFileURL
      let text: String
      do {
        text = try String(contentsOf: url, encoding: .utf8)
      } catch {
        throw SegmentationError.table(path: url.path, reason: error.localizedDescription)
      }
      return text.split(whereSeparator: \.isNewline)
        .map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        .map {
          URL(fileURLWithPath: $0, relativeTo: url.deletingLastPathComponent())
            .standardizedFileURL.path
        }
    }
    func rows(_ lists: DeepMedicTrainingFile.Lists, _ kind: String) throws -> [Row] {
      guard let labelList = lists.labels else { throw invalid("it has no gtLabels\(kind)") }
      let labels = try paths(labelList)
      let channels = try lists.channels.map(paths)
      let masks = try lists.masks.map(paths)
      for (name, found) in zip(lists.channels, channels) + [(lists.masks ?? "", masks ?? labels)]
      where found.count != labels.count {
        throw invalid(
          "\(name) lists \(found.count) files where \(labelList) lists \(labels.count); expected "
            + "one of each a case")
      }
      let names = CaseTable.caseNames(labels)
      return labels.indices.map { index in
        Row(
          name: names[index], scans: channels.map { $0[index] }, mask: masks.map { $0[index] },
          label: labels[index], weight: 1)
      }
    }
    let training = try rows(file.training, "Training")
    guard !training.isEmpty else { throw invalid("its lists name no case") }
    let ends = file.training.channels.map { list in
      String(
        URL(fileURLWithPath: list).deletingPathExtension().lastPathComponent.split(separator: "_")
          .last ?? "")
    }
    let areDistinct = CaseTable.repeated(ends) == nil && !ends.contains("")
    self.init(
      channels: areDistinct ? ends : ends.indices.map { "channel\($0 + 1)" }, rows: training,
      heldOut: try file.validation.map { try rows($0, "Validation") } ?? [])
  }

  /// The folders of files where those differ, else the files' names, else the paths.
  private static func caseNames(_ paths: [String]) -> [String] {
    let urls = paths.map { URL(fileURLWithPath: $0) }
    let choices = [
      urls.map { $0.deletingLastPathComponent().lastPathComponent },
      urls.map { String($0.lastPathComponent.prefix { $0 != "." }) },
    ]
    return choices.first { repeated($0) == nil } ?? paths
  }
}
