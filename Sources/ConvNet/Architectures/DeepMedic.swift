/// The multi-scale network of Kamnitsas et al. 2017 ("Efficient multi-scale 3D CNN with fully
/// connected CRF for accurate brain lesion segmentation", Medical Image Analysis 36).
///
/// Parallel pathways of valid convolutions look at the image around the same centre, one at its own
/// resolution, the others at samples of it; their features are joined at the image's resolution and
/// classified by "fully connected" layers, which are convolutions.
public enum DeepMedic {
  /// Everything that the network's shape depends on.
  public struct Configuration: Sendable, Hashable, Codable {
    /// The number of image channels.
    public var inputChannels: Int
    /// The number of classes, background included.
    public var classes: Int
    /// The pathway at the image's own resolution.
    public var normal: Pathway
    /// The pathways that see a sampled image.
    public var subsampled: [SubsampledPathway] = []
    /// The hidden layers after the pathways' features are joined.
    public var fullyConnected: FullyConnected
    /// What follows each normalisation.
    public var activation = Activation.prelu
    /// Whether features are batch normalised; if not, they get a bias instead. The image itself is
    /// never normalised.
    public var batchNorm = true
    /// What is added to the variance in batch normalisation.
    public var batchNormEpsilon = Float.leastNormalMagnitude

    /// Makes a configuration; set the rest.
    public init(
      inputChannels: Int, classes: Int, normal: Pathway, fullyConnected: FullyConnected
    ) {
      self.inputChannels = inputChannels
      self.classes = classes
      self.normal = normal
      self.fullyConnected = fullyConnected
    }
  }

  /// A chain of valid convolutions.
  public struct Pathway: Sendable, Hashable, Codable {
    /// The number of feature maps that each layer makes.
    public var featureMaps: [Int]
    /// The kernel of each layer.
    public var kernels: [Triple]
    /// The layers, counted from 1, to whose output the input of the layer before is added.
    public var residualLayers: [Int] = []
    /// The dropout rate at the input of each layer; empty for none.
    public var dropoutRates: [Float] = []

    /// Makes a pathway; set the rest.
    public init(featureMaps: [Int], kernels: [Triple]) {
      self.featureMaps = featureMaps
      self.kernels = kernels
    }
  }

  /// A pathway that sees every n-th voxel.
  public struct SubsampledPathway: Sendable, Hashable, Codable {
    /// The step between the voxels that it sees.
    public var factor: Triple
    /// Its layers.
    public var pathway: Pathway

    /// Makes a pathway.
    public init(factor: Triple, pathway: Pathway) {
      self.factor = factor
      self.pathway = pathway
    }
  }

  /// The layers after the pathways are joined; the classification layer follows them.
  public struct FullyConnected: Sendable, Hashable, Codable {
    /// The number of feature maps that each hidden layer makes; may be empty.
    public var featureMaps: [Int]
    /// The kernel of the first layer (of the classification layer, where there is no hidden one);
    /// the others have 1x1x1.
    public var firstKernel = Triple(repeating: 1)
    /// What the first kernel sees beyond the border of the joined features.
    public var firstPadding = Padding.valid
    /// The hidden layers, counted from 1, to whose output the input of the layer before is added.
    public var residualLayers: [Int] = []
    /// The dropout rate at the input of each hidden layer and of the classification layer; empty for
    /// none.
    public var dropoutRates: [Float] = []

    /// Makes the layers; set the rest.
    public init(featureMaps: [Int]) {
      self.featureMaps = featureMaps
    }
  }

  /// What a kernel sees beyond the border.
  public enum Padding: String, Sendable, Hashable, Codable {
    /// Nothing: the output is smaller than the input.
    case valid
    /// The features mirrored at their border, so that the output is as large as the input.
    case mirror
  }

  /// The non-linearity.
  public enum Activation: String, Sendable, Hashable, Codable {
    case linear
    case relu
    case prelu
  }
}
