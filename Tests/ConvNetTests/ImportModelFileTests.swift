import ConvNet
import Testing

/// DeepMedic's configuration files.
@Suite struct ImportModelFileTests {
  static let least = """
    # -*- coding: utf-8 -*-
    numberOfOutputClasses = 2
    numberOfInputChannels = 1 # FLAIR
    numberFMsPerLayerNormal = [4,
       5,  # the second layer
       6]
    kernelDimPerLayerNormal = [[3,5,7], (3, 3, 3), [1,1,1],]
    segmentsDimTrain = [25, 27, 29]

    """

  func read(_ more: String = "", without key: String? = nil) throws -> DeepMedicModelFile {
    let lines = Self.least.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.filter { line in key.map { !line.hasPrefix($0) } ?? true }
    return try DeepMedicModelFile(text: text.joined(separator: "\n") + more, path: "m.cfg")
  }

  func message(_ more: String, without key: String? = nil) -> String {
    do {
      _ = try read(more, without: key)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func defaults() throws {
    let file = try read()
    #expect(file.name == "deepmedic")
    #expect(file.network.normal.featureMaps == [4, 5, 6])
    // The file's axes are x, y, z.
    #expect(file.network.normal.kernels[0] == Triple(7, 5, 3))
    #expect(file.network.normal.residualLayers.isEmpty && file.network.subsampled.isEmpty)
    #expect(file.network.fullyConnected.featureMaps.isEmpty)
    #expect(file.network.fullyConnected.dropoutRates == [0.5])
    #expect(file.network.activation == .prelu && file.network.batchNorm)
    #expect(file.rollingAverageBatches == 60)
    #expect(file.trainingSegment == Triple(29, 27, 25))
    #expect(file.inferenceSegment == file.trainingSegment)
    // The receptive field.
    #expect(file.validationSegment == Triple(9, 7, 5))
    #expect(file.warnings.isEmpty)
  }

  @Test func subsampledPathwaysMirrorTheNormalOne() throws {
    let file = try read(
      """
      useSubsampledPathway = True
      layersWithResidualConnNormal = [3]
      subsampleFactor = [[3,3,1],[5,5,1]]
      """)
    #expect(file.network.subsampled.count == 2)
    #expect(file.network.subsampled[1].factor == Triple(1, 5, 5))
    #expect(file.network.subsampled[1].pathway.featureMaps == [4, 5, 6])
    #expect(file.network.subsampled[1].pathway.residualLayers == [3])
    let more = try read(
      """
      useSubsampledPathway = True
      subsampleFactor = None
      numberFMsPerLayerSubsampled = [[1,2,3],[4,5,6],[7,8,9]]
      layersWithResidualConnSubsampled = []
      """)
    #expect(more.network.subsampled.map(\.factor.x) == [3, 5, 7])
    #expect(more.network.subsampled[2].pathway.featureMaps == [7, 8, 9])
    #expect(try read("subsampleFactor = [9,9,9]").network.subsampled.isEmpty)
  }

  @Test func fullyConnectedLayersOfOldAndNewVersions() throws {
    let old = try read("numberFMsPerLayerFC = [8, 9]; kernelDimFor1stFcLayer = [3,3,3]")
    #expect(old.network.fullyConnected.firstKernel == Triple(repeating: 3))
    #expect(old.network.fullyConnected.firstPadding == .valid)
    #expect(old.network.fullyConnected.dropoutRates == [0, 0.5, 0.5])
    let new = try read(
      """
      numberFMsPerLayerFC = [8]
      kernelDimPerLayerFC = [[3,3,3],[1,1,1]]
      padTypePerLayerFC = ['mirror', None]
      """)
    #expect(new.network.fullyConnected.firstKernel == Triple(repeating: 3))
    #expect(new.network.fullyConnected.firstPadding == .mirror)
  }

  @Test func whatIsUnknownIsToldAndWhatCannotBeIsRefused() throws {
    let file = try read("colour = \"red\"\nbatchSizeTrain = 10\nmodelName = '''a\nb'''")
    #expect(file.warnings == ["the setting \"colour\" is unknown; ignored"])
    #expect(file.name == "a\nb")
    #expect(message("lowerRankLayersNormal = [2]").contains("layers of lower rank"))
    #expect(message("activationFunction = \"elu\"").contains("\"elu\""))
    #expect(message("padTypePerLayerNormal = ['MIRROR', None, None]").contains("asks for padding"))
    #expect(
      message("numberFMsPerLayerFC = [8]\nkernelDimPerLayerFC = [[1,1,1],[3,3,3]]")
        .contains("after the first layer"))
  }

  @Test func faultsAreErrors() throws {
    #expect(
      message("", without: "numberOfOutputClasses")
        .contains("the required setting \"numberOfOutputClasses\" is missing"))
    #expect(message("numberOfOutputClasses = 0").contains("\"numberOfOutputClasses\" must be"))
    #expect(message("numberOfOutputClasses = [2]").contains("\"numberOfOutputClasses\" must be"))
    #expect(message("segmentsDimTrain = [1, 2]").contains("three whole numbers"))
    #expect(message("dropoutRatesFc = [1.0]").contains("rates from 0 to below 1"))
    #expect(message("x = 3 * 4").contains("line 9: there is more than a plain value"))
    #expect(message("x = open('f')").contains("line 9: \"open\" is not a plain value"))
    #expect(message("x = [1, 2").contains("a list is not closed"))
    #expect(message("x = \"abc").contains("a string is not closed"))
    #expect(message("x = 1.2.3").contains("is not a number"))
    #expect(message("= 4").contains("a setting has no name"))
    #expect(
      message("x = " + String(repeating: "[", count: 100_000)).contains("nested too deep"))
    #expect(message("x").contains("\"=\" is missing"))
  }
}
