import ConvKernels
import Parallel

/// The instruction sets that the kernels are compiled for.
public enum InstructionSet: String, Sendable, Hashable, CaseIterable, Comparable {
  /// SSE2 on x86-64, NEON on arm64.
  case base
  case avx2
  case avx512

  /// The best of this machine.
  public static var best: InstructionSet {
    switch ck_best_isa() {
    case CK_ISA_AVX512: .avx512
    case CK_ISA_AVX2: .avx2
    default: .base
    }
  }

  /// Whether the one comes before the other in speed.
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.kernels.rawValue < right.kernels.rawValue
  }

  var kernels: ck_isa {
    switch self {
    case .base: CK_ISA_BASE
    case .avx2: CK_ISA_AVX2
    case .avx512: CK_ISA_AVX512
    }
  }
}

/// A convolution that is ready to be computed: its weights packed, in one or several parts (groups,
/// or the phases of a transposed convolution) that each compute some of the output.
struct PreparedConvolution: @unchecked Sendable {
  struct Part {
    var convolution: ck_convolution
    var packed: AlignedFloats
    var inputBlock = 0
    var outputBlock = 0
    /// Where the part's first output voxel lies and which step leads to the next.
    var outputOffset = Triple.zero
    var outputStep = Triple.one
    /// The number of its output voxels; nil for all of the output.
    var outputCount: Triple?
    /// The first input voxel that it reads.
    var inputOffset = Triple.zero
  }

  var parts: [Part]
  var bias: AlignedFloats?
  var scale: AlignedFloats?
  var shift: AlignedFloats?
  var slope: AlignedFloats?

  /// The floats of scratch memory for each worker, a multiple of 16.
  var scratch: Int {
    parts.map { part in
      withUnsafePointer(to: part.convolution) { (ck_scratch_size($0) + 15) / 16 * 16 }
    }.max() ?? 0
  }

  /// The shape and the algorithm in words.
  var summary: String {
    guard let part = parts.first else { return "" }
    let convolution = part.convolution
    let kernel = convolution.kernel
    let groups = parts.count == 1 ? "" : ", \(parts.count) parts"
    let algorithm =
      switch convolution.algorithm {
      case CK_WINOGRAD_222: ", Winograd 2x2x2"
      case CK_WINOGRAD_244: ", Winograd 2x4x4"
      case CK_WINOGRAD_444: ", Winograd 4x4x4"
      default: ""
      }
    return "\(kernel.0)x\(kernel.1)x\(kernel.2), \(convolution.in_channels) to "
      + "\(convolution.out_channels)\(groups)\(algorithm)"
  }

  /// The extent of the tiles of which Winograd's algorithm can compute some; nil where the
  /// convolution is computed another way or in several parts.
  var winogradTile: Triple? {
    guard parts.count == 1, parts[0].outputCount == nil else { return nil }
    return switch parts[0].convolution.algorithm {
    case CK_WINOGRAD_222: Triple(2, 2, 2)
    case CK_WINOGRAD_244: Triple(2, 4, 4)
    case CK_WINOGRAD_444: Triple(4, 4, 4)
    default: nil
    }
  }

  /// The maps of one image.
  struct ImageMaps {
    var input: FeatureView
    var output: FeatureView
    var residual: FeatureView?
    var raw: FeatureView?
  }

  /// Computes some slices of the output of one image or several.
  ///
  /// - Parameters:
  ///   - slices: the output slices to compute; the views begin at slice 0 of the whole.
  ///   - tiles: where ``winogradTile`` is not nil, the tiles of each row of these slices' tiles that
  ///     are computed; all where nil.
  func run(
    _ images: [ImageMaps], slices: Range<Int>, tiles: [ck_span]? = nil, workers: Workers,
    scratch: UnsafeMutablePointer<Float>, scratchStride: Int
  ) {
    struct Job: @unchecked Sendable {
      var convolution: ck_convolution
      var packed: UnsafeMutablePointer<Float>
      var input: ck_map
      var output: ck_map
      var epilogue: ck_epilogue
      var tasks: Range<Int>
    }
    var jobs: [Job] = []
    var total = 0
    for (part, image) in parts.flatMap({ part in images.map { (part, $0) } }) {
      func outputs(_ view: FeatureView) -> FeatureView {
        let channels = min(
          Int(part.convolution.out_channels), view.channels - part.outputBlock * 8)
        let own = view.channels(from: part.outputBlock, count: channels)
        guard let count = part.outputCount else { return own.slices(slices) }
        return own.window(offset: part.outputOffset, step: part.outputStep, size: count)
      }
      let input = image.input.channels(
        from: part.inputBlock, count: Int(part.convolution.in_channels))
      let read = input.window(
        offset: Triple(
          part.inputOffset.z + (part.outputCount == nil ? part.firstSlice(for: slices) : 0),
          part.inputOffset.y, part.inputOffset.x),
        // Tiles that reach beyond the slices find zeros there, not what happens to be in memory.
        size: Triple(
          part.outputCount == nil ? part.sliceCount(for: slices) : input.size.z, input.size.y,
          input.size.x))
      let channel = part.outputBlock * 8
      var epilogue = ck_epilogue()
      epilogue.bias = bias.map { UnsafePointer($0.pointer + channel) }
      epilogue.scale = scale.map { UnsafePointer($0.pointer + channel) }
      epilogue.shift = shift.map { UnsafePointer($0.pointer + channel) }
      epilogue.slope = slope.map { UnsafePointer($0.pointer + channel) }
      if let residual = image.residual, residual.channels > channel {
        epilogue.residual = ck_map(outputs(residual))
      }
      if let raw = image.raw { epilogue.raw = ck_map(outputs(raw)) }
      var job = Job(
        convolution: part.convolution, packed: part.packed.pointer, input: ck_map(read),
        output: ck_map(outputs(image.output)), epilogue: epilogue, tasks: 0..<0)
      let count = Int(ck_task_count(&job.convolution, &job.output))
      job.tasks = total..<(total + count)
      total += count
      jobs.append(job)
    }
    struct Scratch: @unchecked Sendable {
      var pointer: UnsafeMutablePointer<Float>
      var size: Int
    }
    let shared = Scratch(pointer: scratch, size: scratchStride)
    struct Spans: @unchecked Sendable {
      var pointer: UnsafePointer<ck_span>?
    }
    (tiles ?? []).withUnsafeBufferPointer { spans in
      let wanted = Spans(pointer: tiles == nil ? nil : spans.baseAddress)
      workers.forEach(total) { [jobs] task, worker in
        var low = 0
        var high = jobs.count
        while high - low > 1 {
          let middle = (low + high) / 2
          if jobs[middle].tasks.lowerBound <= task { low = middle } else { high = middle }
        }
        var job = jobs[low]
        job.epilogue.wanted = wanted.pointer
        ck_convolve(
          &job.convolution, &job.input, job.packed, &job.epilogue, &job.output,
          Int64(task - job.tasks.lowerBound),
          shared.pointer + worker * shared.size)
      }
    }
  }
}

extension PreparedConvolution.Part {
  /// The first input slice that some output slices read.
  fileprivate func firstSlice(for slices: Range<Int>) -> Int {
    slices.lowerBound * Int(convolution.stride.0)
  }

  /// The number of input slices that some output slices read.
  fileprivate func sliceCount(for slices: Range<Int>) -> Int {
    (slices.count - 1) * Int(convolution.stride.0)
      + Int((convolution.kernel.0 - 1) * convolution.dilation.0) + 1
  }
}

extension ck_map {
  init(_ view: FeatureView) {
    self.init(
      data: view.data, channels: Int32(view.channels), depth: Int32(view.size.z),
      height: Int32(view.size.y), width: Int32(view.size.x), block_stride: view.blockStride,
      z_stride: view.zStride, y_stride: view.yStride, x_stride: view.xStride)
  }
}
