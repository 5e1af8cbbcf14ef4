// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target, stated once.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], data: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: data,
    swiftSettings: strict)
}

let package = Package(
  name: "medcnn",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "medcnn", targets: ["medcnn"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // Floor 0: thin doors to C.
    .target(
      name: "CNIfTI",
      linkerSettings: [.linkedLibrary("nifti2"), .linkedLibrary("znz"), .linkedLibrary("z")]),
    .systemLibrary(
      name: "CDeflate", providers: [.apt(["libdeflate-dev", "zlib1g-dev"])]),
    // Optimised in debug builds too: networks at -O0 would make the tests useless.
    .target(
      name: "ConvKernels",
      cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Werror"])]),
    // Optimised in debug builds too, as scans are large.
    .target(name: "CSHA1", cSettings: [.unsafeFlags(["-O3", "-Wall", "-Werror"])]),
    .systemLibrary(name: "CMalloc"),
    // The weights become constants of the program, which so needs no file beside it.
    .target(
      name: "ShippedModels", exclude: ["brain.safetensors", "lesion.safetensors"],
      cSettings: [.unsafeFlags(["-Wall", "-Werror", "-Wno-c23-extensions"])]),
    .target(
      name: "DICOMShim",
      cxxSettings: [.unsafeFlags(["-Wall", "-Werror"])],
      linkerSettings: [
        "dcmjpeg", "ijg8", "ijg12", "ijg16", "dcmjpls", "dcmtkcharls", "dcmimgle", "dcmdata",
        "oflog", "ofstd", "openjp2", "z",
      ].map { .linkedLibrary($0) }),
    library("Parallel"),
    library("Basics"),

    // Floor 1
    library("Volumes", ["Parallel"]),

    // Floor 2
    library("VolumeIO", ["Volumes", "Parallel", "CNIfTI", "CDeflate", "DICOMShim"]),
    library("Phantoms", ["Volumes", "Parallel", "Basics"]),
    library("Figures", ["Volumes", "CDeflate"]),
    library("ConvNet", ["ConvKernels", "Parallel", "Basics"]),

    // Floor 3
    library(
      "Segmentation",
      ["ShippedModels", "ConvNet", "Volumes", "VolumeIO", "Phantoms", "Parallel", "Basics"]),
    library("Radiomics", ["Volumes", "VolumeIO", "Parallel", "Basics", "CSHA1"]),
    library("Survival", ["Parallel", "Basics"]),

    // Floor 4
    .executableTarget(
      name: "medcnn",
      dependencies: [
        "Segmentation", "Radiomics", "ConvNet", "Volumes", "VolumeIO", "Phantoms", "Figures",
        "Parallel", "Basics", "CMalloc",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // What tests of several targets need.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: ["medcnn", "TestSupport", "ConvNet", "Segmentation", "VolumeIO", "Volumes"],
      exclude: ["Golden"],
      swiftSettings: strict),
    tests(of: "Basics"),
    tests(of: "ConvKernels"),
    tests(of: "ConvNet", ["TestSupport", "Parallel", "Basics"], data: ["Golden"]),
    tests(of: "Figures", ["CDeflate", "Volumes"]),
    tests(of: "Parallel"),
    tests(of: "Phantoms"),
    tests(
      of: "Radiomics",
      ["TestSupport", "Basics", "CSHA1", "Parallel", "Volumes", "VolumeIO"], data: ["Golden"]),
    tests(
      of: "Segmentation",
      ["TestSupport", "ConvNet", "VolumeIO", "Volumes", "Parallel", "Phantoms", "Basics"],
      data: ["Golden"]),
    tests(of: "Survival", ["TestSupport", "Parallel", "Basics"], data: ["Golden"]),
    tests(of: "VolumeIO", ["TestSupport", "Parallel", "Volumes"], data: ["Resources"]),
    tests(of: "Volumes", ["Parallel"], data: ["Golden"]),
  ]
)
