/// The frames of a multi-frame image, whose attributes are in functional groups: enhanced CT, MR
/// and PET (PS3.3 C.7.6.16).
struct FunctionalGroups {
  private let root: DICOMItem
  private let pixels: DICOMPixels

  init(_ root: DICOMItem, _ pixels: DICOMPixels) {
    self.root = root
    self.pixels = pixels
  }

  /// The frames in the order of the file, or what is wrong with them.
  func frames() -> Reading<[DICOMFrame]> {
    let count = root.itemCount(.perFrameGroups)
    let stated = root.integer(.frameCount) ?? 1
    guard count == stated else {
      return .problem("\(stated) frames, but attributes of \(count)")
    }
    let shared = root.item(.sharedGroups)
    var frames: [DICOMFrame] = []
    frames.reserveCapacity(count)
    for index in 0..<count {
      switch frame(index, root.item(.perFrameGroups, index), shared) {
      case .value(let frame): frames.append(frame)
      case .problem(let problem): return .problem("frame \(index + 1): \(problem)")
      }
    }
    return .value(frames)
  }

  private func frame(
    _ index: Int, _ own: DICOMItem?, _ shared: DICOMItem?
  ) -> Reading<DICOMFrame> {
    /// The item of a group, of the frame itself or of all frames.
    func group(_ tag: DICOMTag) -> DICOMItem? { own?.item(tag) ?? shared?.item(tag) }
    let measures = group(.pixelMeasures)
    let plane: DICOMPlane
    switch DICOMPlane.read(
      position: [group(.planePosition), root], orientation: [group(.planeOrientation), root],
      measures: [measures, root])
    {
    case .value(let value): plane = value
    case .problem(let problem): return .problem(problem)
    }
    let transformation = group(.pixelValueTransformation) ?? root
    let scaling = DICOMInstance.philipsScaling(root, transformation, group(.philipsFrame))
    let content = group(.frameContent)
    let thickness = DICOMItem.first([measures, root]) { item -> Double? in
      [item.number(.sliceSpacing), item.number(.sliceThickness)].compactMap { $0 }
        .first { $0 > 0 }
    }
    let type = DICOMItem.first(DICOMTag.frameTypeGroups.map(group)) { $0.text(.frameType) }
    return .value(
      DICOMFrame(
        index: index, tile: FrameTile(columns: pixels.columns, rows: pixels.rows), plane: plane,
        slope: scaling?.slope ?? transformation.number(.rescaleSlope) ?? 1,
        intercept: scaling?.intercept ?? transformation.number(.rescaleIntercept) ?? 0,
        imageType: type ?? root.text(.imageType) ?? "",
        channel: DICOMFrame.ChannelKey(
          echoTime: group(.echoes)?.number(.effectiveEchoTime) ?? 0,
          temporalPosition: content?.integer(.temporalIndex) ?? 0,
          bValue: group(.diffusion)?.number(.bValue) ?? 0),
        order: DICOMFrame.FrameOrder(
          triggerTime: group(.cardiac)?.number(.cardiacDelay) ?? 0,
          acquisition: content?.integer(.frameAcquisitionNumber) ?? 0, instance: index),
        thickness: thickness))
  }
}
