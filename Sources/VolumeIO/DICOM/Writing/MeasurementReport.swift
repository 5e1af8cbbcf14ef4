public import Volumes

/// Measurements of segments as a structured report: a Comprehensive 3D SR by the template of
/// measurement reports (PS3.16 TID 1500, 1411).
public struct MeasurementReport: Sendable {
  /// A number with what it is.
  public struct Measurement: Sendable {
    /// What was measured, such as IBSI's `("RNU0", "IBSI", "Volume of Mesh")`.
    public var concept: CodedConcept
    /// The number; reports cannot hold one that is not finite.
    public var value: Double
    /// The unit of UCUM, such as `("ml", "UCUM", "ml")`, or `("1", "UCUM", "no units")`.
    public var unit: CodedConcept
    /// How it was measured, where that is to be told.
    public var method: CodedConcept?

    /// Makes a measurement.
    public init(
      _ concept: CodedConcept, _ value: Double, unit: CodedConcept, method: CodedConcept? = nil
    ) {
      (self.concept, self.value, self.unit, self.method) = (concept, value, unit, method)
    }
  }

  /// The measurements of one segment.
  public struct Group: Sendable {
    /// The segment.
    public var segment: SegmentationObject.Segment
    /// What was measured of it.
    public var measurements: [Measurement]
    /// How all of it was measured, such as the filter of the image; nil for nothing to tell.
    public var method: CodedConcept?

    /// Makes a group.
    public init(
      segment: SegmentationObject.Segment, measurements: [Measurement], method: CodedConcept? = nil
    ) {
      (self.segment, self.measurements, self.method) = (segment, measurements, method)
    }
  }

  /// The segmentation that the groups' segments are of.
  public var segmentation: SegmentationObject
  /// The groups, in the order of the report.
  public var groups: [Group]

  /// Makes a report.
  public init(of segmentation: SegmentationObject, groups: [Group]) {
    (self.segmentation, self.groups) = (segmentation, groups)
  }

  /// Writes the report.
  ///
  /// - Throws: ``VolumeIOError`` for a value that is not finite or a place that cannot be written.
  public func write(to path: String, output: DICOMOutput) throws(VolumeIOError) {
    if let odd = groups.flatMap(\.measurements).first(where: { !$0.value.isFinite }) {
      throw .unsupported(
        path: path, found: "\(odd.concept.meaning) is \(odd.value)",
        remedy: "reports hold finite numbers only; leave it out")
    }
    let composer = try DICOMComposer(output)
    composer.sopCommon(DICOMUID.report)
    composer.patient()
    composer.generalStudy()
    composer.generalSeries(modality: "SR", number: 9003, description: "medcnn measurements")
    composer.root.putEmpty(.referencedProcedureStep)
    composer.enhancedGeneralEquipment()
    composer.documentGeneral(self)
    composer.documentContent(self)
    try composer.document.write(to: path, syntax: DICOMDocument.explicitLittleEndian)
  }
}

extension DICOMComposer {
  /// C.17.2
  fileprivate func documentGeneral(_ report: MeasurementReport) {
    root.put(.instanceNumber, 1)
    root.put(.completionFlag, "COMPLETE")
    root.put(.verificationFlag, "UNVERIFIED")
    contentDateAndTime()
    root.putEmpty(.performedProcedureCode)
    root.add(.procedureEvidence) { study in
      study.put(.studyUID, reference.studyUID)
      study.add(.referencedSeries) { series in
        series.put(.seriesUID, report.segmentation.seriesUID)
        series.add(.referencedObjects) { item in
          item.put(.referencedClass, DICOMUID.segmentation)
          item.put(.referencedUID, report.segmentation.uid)
        }
      }
      study.add(.referencedSeries) { series in
        series.put(.seriesUID, reference.seriesUID)
        for image in reference.objects { series.add(.referencedObjects) { $0.put(image) } }
      }
    }
  }

  /// C.17.3, and TID 1500
  fileprivate func documentContent(_ report: MeasurementReport) {
    root.put(.valueType, "CONTAINER")
    root.put(.conceptName, CodedConcept("126000", "DCM", "Imaging Measurement Report"))
    root.put(.continuity, "SEPARATE")
    root.putTemplate("1500")
    // TID 1204
    root.addCode(
      "HAS CONCEPT MOD",
      CodedConcept("121049", "DCM", "Language of Content Item and Descendants"),
      CodedConcept("en", "RFC5646", "English"))
    // TID 1001, 1002, 1004
    root.addCode(
      "HAS OBS CONTEXT", CodedConcept("121005", "DCM", "Observer Type"),
      CodedConcept("121007", "DCM", "Device"))
    root.addUID(
      "HAS OBS CONTEXT", CodedConcept("121012", "DCM", "Device Observer UID"), DICOMUID.new())
    root.addText(
      "HAS OBS CONTEXT", CodedConcept("121013", "DCM", "Device Observer Name"), "medcnn")
    root.addCode(
      "HAS CONCEPT MOD", CodedConcept("121058", "DCM", "Procedure reported"), procedure)
    root.addContainer(CodedConcept("126010", "DCM", "Imaging Measurements")) { container in
      for group in report.groups { container.addMeasurements(group, report, reference) }
    }
  }

  /// PS3.16 CID 100
  private var procedure: CodedConcept {
    switch reference.modality {
    case "CT": CodedConcept("25045-6", "LN", "CT unspecified body region")
    case "MR": CodedConcept("25056-3", "LN", "MRI unspecified body region")
    case "PT": CodedConcept("44136-0", "LN", "PET unspecified body region")
    default: CodedConcept("363679005", "SCT", "Imaging procedure")
    }
  }
}

extension EditableItem {
  fileprivate func putTemplate(_ number: String) {
    add(.contentTemplate) { item in
      item.put(.mappingResource, "DCMR")
      item.put(.templateIdentifier, number)
    }
  }

  private func addContent(
    _ relation: String, _ type: String, _ name: CodedConcept, _ fill: (EditableItem) -> Void
  ) {
    add(.content) { item in
      item.put(.relationship, relation)
      item.put(.valueType, type)
      item.put(.conceptName, name)
      fill(item)
    }
  }

  fileprivate func addCode(_ relation: String, _ name: CodedConcept, _ value: CodedConcept) {
    addContent(relation, "CODE", name) { $0.put(.conceptCode, value) }
  }

  fileprivate func addText(_ relation: String, _ name: CodedConcept, _ value: String) {
    addContent(relation, "TEXT", name) { $0.put(.textValue, value) }
  }

  fileprivate func addUID(_ relation: String, _ name: CodedConcept, _ value: String) {
    addContent(relation, "UIDREF", name) { $0.put(.uidValue, value) }
  }

  fileprivate func addContainer(_ name: CodedConcept, _ fill: (EditableItem) -> Void) {
    addContent("CONTAINS", "CONTAINER", name) { item in
      item.put(.continuity, "SEPARATE")
      fill(item)
    }
  }

  /// TID 1411
  fileprivate func addMeasurements(
    _ group: MeasurementReport.Group, _ report: MeasurementReport, _ reference: DICOMReference
  ) {
    let concepts = SegmentConcepts(of: group.segment.label)
    addContainer(CodedConcept("125007", "DCM", "Measurement Group")) { item in
      item.putTemplate("1411")
      item.addText(
        "HAS OBS CONTEXT", CodedConcept("112039", "DCM", "Tracking Identifier"),
        group.segment.trackingIdentifier)
      item.addUID(
        "HAS OBS CONTEXT", CodedConcept("112040", "DCM", "Tracking Unique Identifier"),
        group.segment.trackingUID)
      item.addCode(
        "CONTAINS", CodedConcept("276214006", "SCT", "Finding category"), concepts.category)
      item.addCode("CONTAINS", CodedConcept("121071", "DCM", "Finding"), concepts.type)
      item.addContent(
        "CONTAINS", "IMAGE", CodedConcept("121191", "DCM", "Referenced Segment")
      ) { item in
        item.add(.referencedObjects) { item in
          item.put(.referencedClass, DICOMUID.segmentation)
          item.put(.referencedUID, report.segmentation.uid)
          item.put(.referencedSegment, group.segment.number)
        }
      }
      item.addUID(
        "CONTAINS", CodedConcept("121232", "DCM", "Source series for segmentation"),
        reference.seriesUID)
      if let method = group.method { item.addCode("HAS CONCEPT MOD", .measurementMethod, method) }
      for measurement in group.measurements { item.add(measurement) }
    }
  }

  /// TID 1419
  private func add(_ measurement: MeasurementReport.Measurement) {
    addContent("CONTAINS", "NUM", measurement.concept) { item in
      item.add(.measuredValue) { value in
        value.put(.measurementUnit, measurement.unit)
        value.put(.floatingPointValue, "\(measurement.value)")
        value.put(.numericValue, [measurement.value])
      }
      if let method = measurement.method {
        item.addCode("HAS CONCEPT MOD", .measurementMethod, method)
      }
    }
  }
}

extension CodedConcept {
  fileprivate static let measurementMethod = CodedConcept(
    "370129005", "SCT", "Measurement Method")
}
