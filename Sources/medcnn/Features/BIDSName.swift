/// What the names of the Brain Imaging Data Structure tell of a file: `sub-01_ses-02_T1w.nii.gz`.
enum BIDSName {
  /// The columns `participant_id` and `session_id`, as far as a path tells them.
  static func identifiers(_ path: String) -> [(name: String, text: String)] {
    [("participant_id", "sub-"), ("session_id", "ses-")].compactMap { column, key in
      // The file's own name counts before its folders'.
      let parts = path.split(separator: "/").reversed().lazy.flatMap { name in
        name.split { $0 == "_" || $0 == "." }
      }
      let found = parts.first { part in
        part.hasPrefix(key) && part.count > key.count
          && part.dropFirst(key.count).allSatisfy { $0.isLetter || $0.isNumber }
      }
      return found.map { (column, String($0)) }
    }
  }
}
