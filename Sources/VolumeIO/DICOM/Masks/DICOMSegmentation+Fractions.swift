public import Parallel
public import Volumes

extension DICOMSegmentation {
  /// Reads the fractions of all or chosen segments of a fractional segmentation, 0 to 1.
  ///
  /// Slices without a frame are 0.
  ///
  /// - Parameter target: the grid that they are to be on; the frames' own where nil. Where the grids
  ///   have the same voxels none is changed, else they are interpolated linearly.
  /// - Returns: an image with a channel for each segment, in the order of the file.
  /// - Throws: ``VolumeIOError`` as ``segments(_:on:workers:)`` does, and for a segmentation of another
  ///   kind.
  public func fractions(
    _ options: MaskOptions = MaskOptions(), on target: Geometry? = nil, workers: Workers = .all
  ) throws(VolumeIOError) -> ImageFile {
    guard kind == .fractional else {
      throw .unsupported(
        path: path, found: "a segmentation without fractions", remedy: "read its labels instead")
    }
    let selection = try MaskSelection(
      options, numbers: segments.map(\.number), names: segments.map(\.label), kind: "segment",
      path: path)
    let stack = try stack(like: target)
    let reader = try FrameReader(self, stack, threshold: options.threshold)
    let (area, slices) = (pixels.area, stack.geometry.size.z)
    let channels = selection.parts.map { $0.members[0] }
    let scale = 1 / Float(pixels.largestFraction)
    do {
      try DICOMFolder.checkMemory(stack.geometry, channels: channels.count)
      let failures = Locked<[Int: VolumeIOError]>([:])
      let samples = [Float](unsafeUninitializedCapacity: channels.count * slices * area) {
        buffer, filled in
        buffer.initialize(repeating: 0)
        nonisolated(unsafe) let start = buffer.baseAddress!
        workers.forEach(channels.count * slices) { index, _ in
          do throws(VolumeIOError) {
            let (channel, slice) = index.quotientAndRemainder(dividingBy: slices)
            guard let bytes = try reader.bytes(slice: slice, member: channels[channel]) else {
              return
            }
            let target = start + index * area
            for pixel in 0..<area { target[pixel] = min(1, Float(bytes[pixel]) * scale) }
          } catch {
            failures.withLock { $0[index] = error }
          }
        }
        filled = buffer.count
      }
      if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
      let volume = try Volume(
        geometry: stack.geometry, channels: channels.count, samples: samples)
      guard let target, !volume.geometry.matches(target) else { return image(volume, []) }
      if volume.geometry.box(in: target) != nil {
        return image(volume.resampled(to: target, by: .nearest, workers: workers), [])
      }
      return image(
        volume.resampled(to: target, by: .linear, workers: workers),
        ["\(path): interpolated linearly, since its grid is another one"])
    } catch let error as VolumeIOError {
      throw error
    } catch {
      throw .malformed(path: path, reason: "\(error)")
    }
  }

  private func image(_ volume: Volume, _ warnings: [String]) -> ImageFile {
    ImageFile(
      volume: volume,
      header: ImageHeader(
        path: path, format: .dicom, storedType: .float32, isCompressed: false, isBigEndian: false,
        slope: 1, intercept: 0, geometry: volume.geometry, channels: volume.channels,
        labelTables: [], nifti: nil, warnings: warnings))
  }
}
