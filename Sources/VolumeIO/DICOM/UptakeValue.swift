import Foundation

/// A standardised uptake value of PET: the activity in the tissue over the injected activity for
/// each unit of the body's size, as of the start of the scan.
public enum UptakeValue: String, Sendable, Hashable, CaseIterable {
  /// By body weight, in g/ml.
  case bodyWeight = "bw"
  /// By lean body mass after Janmahasatian 2005 (doi:10.2165/00003088-200544100-00004), in g/ml.
  case leanBodyMass = "lbm"
  /// By body surface after Du Bois 1916, in cm²/ml.
  case bodySurface = "bsa"
}

/// What a PET image tells of the patient and the injection; it never leaves the reader.
struct UptakeFacts: Sendable, Hashable {
  private let units: String
  /// The kind of uptake values that the image holds already.
  private let storedKind: String
  /// What Philips' counts are to be multiplied by for uptake values by body weight, and for Bq/ml.
  private let philipsUptake: Double?
  private let philipsActivity: Double?
  private let decayCorrection: String
  /// In kilograms.
  private let weight: Double?
  /// In metres.
  private let height: Double?
  private let sex: String
  /// In becquerel.
  private let dose: Double?
  /// In seconds.
  private let halfLife: Double?
  /// In seconds since a common start, or within a day where no date is told.
  private let injection: Moment?
  private let seriesStart: Moment?
  private let acquisition: Moment?

  init(_ root: DICOMItem) {
    units = root.text(.units) ?? ""
    storedKind = root.text(.uptakeKind) ?? "BW"
    func philips(_ element: UInt8) -> Double? {
      let factor = root.privateTag("Philips PET Private Group", 0x7053, element)
        .flatMap(root.number)
      return factor.flatMap { $0 > 0 ? $0 : nil }
    }
    philipsUptake = philips(0x00)
    philipsActivity = philips(0x09)
    decayCorrection = root.text(.decayCorrection) ?? ""
    weight = root.number(.patientWeight)
    height = root.number(.patientSize)
    sex = root.text(.patientSex) ?? ""
    let drug = root.item(.radiopharmaceutical)
    dose = drug?.number(.injectedDose)
    halfLife = drug?.number(.halfLife)
    injection =
      drug?.text(.injectionDateTime).flatMap(Moment.init(dateTime:))
      ?? drug?.text(.injectionTime).flatMap { Moment(date: nil, time: $0) }
    seriesStart = root.text(.seriesTime).flatMap {
      Moment(date: root.text(.seriesDate), time: $0)
    }
    acquisition = root.text(.acquisitionTime).flatMap {
      Moment(date: root.text(.acquisitionDate), time: $0)
    }
  }

  /// The earliest of the acquisitions of a series, to which its slices are corrected.
  static func earliest(_ facts: [UptakeFacts]) -> UptakeFacts? {
    facts.min { a, b in
      (a.acquisition?.seconds ?? .infinity) < (b.acquisition?.seconds ?? .infinity)
    }
  }

  /// What the image's values are to be multiplied by, or what is missing in words.
  ///
  /// Values by body weight (units GML, or Philips' counts with a factor for them) are only brought
  /// to another size of the body. Others are to be in Bq/ml, or counts with a factor for that. The injected dose decays from the injection to the start of the scan, to which images with
  /// decay correction START are corrected: dose x 2^(-(start - injection) / half-life). With ADMIN
  /// the images are corrected to the injection, and the dose is taken as it was. The start is the
  /// series' time, unless that is later than the first acquisition, as after a reconstruction
  /// (QIBA profile FDG-PET/CT 1.13, appendix G).
  func factor(_ value: UptakeValue) -> Reading<Double> {
    if units == "GML", storedKind == "BW" { return rescaled(1, value) }
    if units == "CNTS", let philipsUptake { return rescaled(philipsUptake, value) }
    let activity: Double
    if units == "BQML" {
      activity = 1
    } else if units == "CNTS", let philipsActivity {
      activity = philipsActivity
    } else {
      let kind = units == "GML" ? " (\(storedKind))" : ""
      return .problem(
        "values in \(units.isEmpty ? "unknown units" : units + kind); Bq/ml are needed")
    }
    guard let dose, dose > 0 else { return .problem("no injected dose") }
    var present = dose
    switch decayCorrection {
    case "ADMIN": break
    case "START":
      guard let halfLife, halfLife > 0 else { return .problem("no half-life") }
      guard let injection, let start = scanStart else {
        return .problem("no times of injection and scan")
      }
      guard let elapsed = start.seconds(since: injection) else {
        return .problem("an injection after the start of the scan")
      }
      present = dose * exp2(-elapsed / halfLife)
    default:
      return .problem(
        "decay correction \(decayCorrection.isEmpty ? "unknown" : decayCorrection); START or ADMIN "
          + "are needed")
    }
    switch size(value) {
    case .value(let size): return .value(activity * size / present)
    case .problem(let problem): return .problem(problem)
    }
  }

  /// The factor for an uptake value of an image for which that of body weight is known.
  private func rescaled(_ factor: Double, _ value: UptakeValue) -> Reading<Double> {
    if value == .bodyWeight { return .value(factor) }
    switch (size(value), size(.bodyWeight)) {
    case (.value(let size), .value(let weight)): return .value(factor * size / weight)
    case (.problem(let problem), _), (_, .problem(let problem)): return .problem(problem)
    }
  }

  private var scanStart: Moment? {
    guard let seriesStart, let acquisition else { return seriesStart ?? acquisition }
    return acquisition.seconds < seriesStart.seconds ? acquisition : seriesStart
  }

  /// The body's size, in g or cm².
  private func size(_ value: UptakeValue) -> Reading<Double> {
    guard let weight, weight > 0 else { return .problem("no weight of the patient") }
    if value == .bodyWeight { return .value(weight * 1000) }
    guard let height, height > 0 else { return .problem("no height of the patient") }
    if value == .bodySurface {
      // Du Bois: 0.007184 m² x kg^0.425 x cm^0.725.
      return .value(0.007184 * pow(weight, 0.425) * pow(height * 100, 0.725) * 1e4)
    }
    let index = weight / (height * height)
    switch sex {
    case "M": return .value(9270 * weight / (6680 + 216 * index) * 1000)
    case "F": return .value(9270 * weight / (8780 + 244 * index) * 1000)
    default: return .problem("no sex of the patient, on which the lean body mass depends")
    }
  }

  /// A time of DICOM.
  private struct Moment: Sendable, Hashable {
    /// Since the start of the calendar, or of the day.
    let seconds: Double
    private let hasDate: Bool

    init?(dateTime: String) {
      guard dateTime.count >= 14 else { return nil }
      // An offset from universal time is not used: DICOM's other times have none either.
      let local = dateTime.prefix { $0 != "+" && $0 != "-" }
      self.init(date: String(local.prefix(8)), time: String(local.dropFirst(8)))
    }

    /// - Parameters:
    ///   - date: YYYYMMDD.
    ///   - time: HHMMSS with a fraction; minutes and seconds may be missing.
    init?(date: String?, time: String) {
      let digits = time.split(separator: ".", maxSplits: 1)
      guard let whole = digits.first, [2, 4, 6].contains(whole.count), whole.allSatisfy(\.isASCII),
        let value = Int(whole + String(repeating: "0", count: 6 - whole.count))
      else { return nil }
      let fraction = digits.count == 2 ? Double("0.\(digits[1])") ?? 0 : 0
      var seconds = Double(value / 10000 * 3600 + value / 100 % 100 * 60 + value % 100) + fraction
      hasDate = date.map { $0.count == 8 } ?? false
      if hasDate, let date, let number = Int(date) {
        // Days since a fixed one (Fliegel and Van Flandern 1968).
        let (y, m, d) = (number / 10000, number / 100 % 100, number % 100)
        let a = (m - 14) / 12
        let days =
          1461 * (y + 4800 + a) / 4 + 367 * (m - 2 - 12 * a) / 12
          - 3 * ((y + 4900 + a) / 100) / 4 + d
        seconds += Double(days) * 86400
      }
      self.seconds = seconds
    }

    /// The time from an earlier moment, or nil where it is later. Without dates a day may lie
    /// between them.
    func seconds(since earlier: Moment) -> Double? {
      if hasDate == earlier.hasDate, hasDate {
        return seconds >= earlier.seconds ? seconds - earlier.seconds : nil
      }
      let day = 86400.0
      let elapsed =
        seconds.truncatingRemainder(dividingBy: day)
        - earlier.seconds.truncatingRemainder(dividingBy: day)
      return elapsed >= 0 ? elapsed : elapsed + day
    }
  }
}
