import Foundation
import Parallel
import Testing
import Volumes

@testable import Radiomics

/// The parts that response maps are made of.
@Suite struct ResponseFilterTests {
  @Test func transformsBackToTheSame() {
    for count in [1, 2, 3, 4, 5, 7, 8, 12, 30, 31, 37, 64, 67, 97, 201] {
      let values = (0..<count).map { Double(($0 * 7919) % 1009) - 500 }
      var spectrum = Spectrum(values, size: [count, 1, 1])
      spectrum.transform(along: [0], isInverse: false, workers: Workers(count: 1))
      // The definition, at one frequency.
      let k = count / 3
      var (real, imaginary) = (0.0, 0.0)
      for (n, value) in values.enumerated() {
        let angle = -2 * Double.pi * Double(n * k % count) / Double(count)
        real += value * cos(angle)
        imaginary += value * sin(angle)
      }
      let scale = 1e-12 * Double(count) * 500
      #expect(abs(spectrum.real[k] - real) <= scale, "\(count)")
      #expect(abs(spectrum.imaginary[k] - imaginary) <= scale, "\(count)")
      spectrum.transform(along: [0], isInverse: true, workers: Workers(count: 1))
      #expect(zip(spectrum.real, values).allSatisfy { abs($0 - $1) <= scale }, "\(count)")
      #expect(spectrum.imaginary.allSatisfy { abs($0) <= scale }, "\(count)")
    }
  }

  @Test func rotatesByRightAngles() {
    #expect(Set(Rotation.all(dimensions: 3)).count == 24)
    #expect(Set(Rotation.all(dimensions: 2)).count == 4)
  }

  @Test func refusesWrongSettings() throws {
    let wavelet = try Wavelet(named: "db2")
    let wrong: [ResponseFilter] = [
      ResponseFilter(.mean(support: 4)),
      ResponseFilter(.mean(support: -1)),
      ResponseFilter(.laplacianOfGaussian(sigma: 0, cutoff: 4)),
      ResponseFilter(.laplacianOfGaussian(sigma: .nan, cutoff: 4)),
      ResponseFilter(.laws([.edge3, .edge3], energyDistance: nil)),
      ResponseFilter(.gabor(Gabor(sigma: 5, wavelength: 0, gamma: 1))),
      ResponseFilter(.gabor(Gabor(sigma: 5, wavelength: 2, gamma: 1, thetaStep: 50))),
      ResponseFilter(.wavelet(wavelet, part: "LX", level: 1), isSliced: true),
      ResponseFilter(.wavelet(wavelet, part: "LLH", level: 0)),
      ResponseFilter(.simoncelli(level: 0)),
      ResponseFilter(.mean(support: 3), riesz: [1, 0, 0]),
      ResponseFilter(.simoncelli(level: 1), riesz: [0, 0, 0]),
    ]
    for filter in wrong {
      #expect(throws: RadiomicsError.self) { try filter.validate() }
    }
    #expect(throws: RadiomicsError.self) { try LawsKernel.kernels("L5X5") }
  }

  @Test func boundariesStandForPlacesOfTheImage() {
    #expect(
      (-4...5).map { Boundary.mirror.index(of: $0, count: 2) } == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1])
    #expect((-3...3).map { Boundary.periodic.index(of: $0, count: 3) } == [0, 1, 2, 0, 1, 2, 0])
    #expect((-1...3).map { Boundary.nearest.index(of: $0, count: 3) } == [0, 0, 1, 2, 2])
    #expect((-1...1).map { Boundary.zero.index(of: $0, count: 1) } == [nil, 0, nil])
  }
}
