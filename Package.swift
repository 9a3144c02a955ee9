// swift-tools-version: 6.2
import PackageDescription

// Every Swift module is built with the same strict settings: what the compiler can find, it must find.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

// Tests call C and touch raw memory on purpose, so they keep everything but the strict memory checks.
let tested: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

// A debug build of the kernels is unusably slow, and below -O3 the compiler leaves their accumulators in memory.
let optimised: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: tested)
}

let package = Package(
    name: "assay",
    products: [
        .executable(name: "assay", targets: ["assay"]), .executable(name: "bench", targets: ["bench"]),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        // Loaded when training needs it, hence without pkgConfig, which would link it.
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
        // From the archive, hence without pkgConfig: a few functions of a library whose loading takes longer than they do.
        .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYara", providers: [.apt(["libyara-dev"])]),
        // What files say of their origin; from archives too, where Debian has them.
        .systemLibrary(name: "CExif", providers: [.apt(["libexif-dev"])]),
        .systemLibrary(name: "CExpat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CCBOR", providers: [.apt(["libcbor-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        // Loaded when the first file of their format comes, hence without pkgConfig too. A format whose header is missing is left out.
        .systemLibrary(name: "CWebP", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CTIFF", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CHEIF", providers: [.apt(["libheif-dev"])]),
        .systemLibrary(name: "CDav1d", providers: [.apt(["libdav1d-dev"])]),
        .systemLibrary(name: "CDe265", providers: [.apt(["libde265-dev"])]),
        .systemLibrary(name: "CJXL", providers: [.apt(["libjxl-dev"])]),

        // Loaded by the process that unpacks an archive other than a tar, each for its own kind.
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLZMA", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),

        // From the archive, as a watch alone needs it.
        .systemLibrary(name: "CInotifyTools", providers: [.apt(["libinotifytools0-dev"])]),

        // Our own C.
        .target(
            name: "CCodec", dependencies: ["CPNG", "CJPEG", "CWebP", "CTIFF", "CHEIF", "CDav1d", "CDe265", "CJXL"],
            cSettings: optimised),
        .target(name: "CKernels", cSettings: optimised),
        .target(name: "CProcess", cSettings: optimised),
        .target(
            name: "CUnpack", dependencies: ["CArchive", "CZlib", "CBzip2", "CLZMA", "CZstd", "CLZ4"],
            cSettings: optimised),
        .target(name: "CRules", dependencies: ["CCrypto", "CYara"], cSettings: optimised),
        // What is embedded lies in `rules`, where people look for it.
        .target(name: "CDefaultRules", exclude: ["compiled.bin"], cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),
        .target(
            name: "CDefaultModel", exclude: ["crossdomain.safetensors", "crossdomain.sha256", "MODEL_CARD.md"],
            cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),
        .target(
            name: "CSpectralReference", exclude: ["picture.npy", "residual.npy"],
            cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),

        // Bottom to top; imports point downwards only.
        module("Threads", []),
        module("JSON", []),
        module("Imaging", ["CCodec"]),
        module("Network", ["CKernels", "COpenBLAS", "JSON", "Threads"]),
        module("Detection", ["Imaging", "Network", "JSON", "CDefaultModel", "CKernels"]),
        module("Files", ["CCrypto", "CZlib"]),
        module("Provenance", ["Files", "Imaging", "CCBOR", "CCrypto", "CExif", "CExpat", "CZlib"]),
        module("Rules", ["Detection", "CRules", "CYara", "CCrypto", "CDefaultRules"]),
        module("Spectra", ["Detection", "Network", "Files", "Imaging", "Threads", "CKernels", "CSpectralReference"]),
        module("Inspection", ["Provenance", "Rules", "Detection", "Files", "Imaging"]),
        module("Confinement", ["Inspection", "Detection", "Files", "Imaging", "CProcess", "CUnpack"]),
        module(
            "Scanning",
            ["Confinement", "Inspection", "Rules", "Detection", "Files", "Imaging", "Threads", "CProcess"]),
        module(
            "Watching",
            ["Scanning", "Inspection", "Detection", "Files", "Threads", "CInotifyTools", "CProcess", "CZlib"]),
        module("Training", ["Confinement", "Detection", "Files", "Imaging", "Network", "Threads"]),
        module("Reporting", ["Detection", "Files", "Threads"]),
        .executableTarget(
            name: "assay",
            dependencies: [
                "CProcess", "Reporting", "Scanning", "Watching", "Training", "Confinement", "Inspection", "Rules",
                "Provenance", "Spectra",
                "Detection",
                "Files",
                "Imaging",
                "Network",
                "Threads",
            ],
            swiftSettings: strict),
        // Times the parts; not shipped.
        .executableTarget(
            name: "bench",
            dependencies: [
                "Confinement", "Inspection", "Detection", "Imaging", "Network", "Files", "Threads", "CKernels",
            ],
            swiftSettings: strict),

        // What the tests of several modules need.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: tested),
        tests("ImagingTests", ["Imaging"]),
        tests("ThreadsTests", ["Threads"]),
        tests("JSONTests", ["JSON"]),
        tests("NetworkTests", ["Network", "Threads", "CKernels", "TestSupport"]),
        tests("DetectionTests", ["Detection", "Files", "Imaging", "Network", "TestSupport"]),
        tests("FilesTests", ["Files"]),
        tests("ProvenanceTests", ["Provenance", "Imaging", "CZlib"]),
        tests("RulesTests", ["Rules", "Detection"]),
        tests("InspectionTests", ["Provenance", "Inspection", "Rules", "Detection", "Imaging"]),
        tests("ConfinementTests", ["assay", "Confinement", "Inspection", "Detection", "Files", "Imaging"]),
        tests(
            "ScanningTests",
            ["Provenance", "Scanning", "Confinement", "Inspection", "Detection", "Files", "Imaging", "Threads"]),
        tests("WatchingTests", ["Watching", "Scanning", "Files", "Threads"]),
        tests(
            "TrainingTests",
            ["assay", "Training", "Confinement", "Files", "Detection", "Imaging", "Network", "Threads"]),
        tests("ReportingTests", ["Reporting", "Detection", "Files"]),
        tests("SpectraTests", ["Spectra", "Detection", "Imaging", "TestSupport"]),
        tests("CommandTests", ["assay", "CProcess", "Spectra", "Detection", "Files", "Imaging", "Network"]),
    ],
    cLanguageStandard: .gnu17
)
