// Statements of a file that cannot be true together with its name or its pixels: where people had better look themselves.

internal import Detection
internal import Files
internal import Imaging
internal import Inspection

/// What contradicts what a file declares.
enum Contradictions: String, CaseIterable {
    case captureButFake = "capture-but-fake"
    case syntheticButReal = "synthetic-but-real"
    case generatorBesideCamera = "generator-beside-camera"
    /// The name's ending is another format's than the content.
    case `extension`

    static func found(_ record: Record) -> [Contradictions] {
        let facts = record.finding.facts
        let origin = facts.text("declared_origin")
        return allCases.filter { contradiction in
            switch contradiction {
            case .captureButFake: origin == "capture" && record.verdict == .fake
            case .syntheticButReal: origin == "synthetic" && record.verdict == .real
            case .generatorBesideCamera:
                facts.text("declared_generator") != nil && facts.boolean("camera_plausible") == true
            case .extension: isMisnamed(record.path.lossy, facts.text("format"))
            }
        }
    }

    private static func isMisnamed(_ path: String, _ format: String?) -> Bool {
        guard let format, let name = path.split(separator: "/").last, let dot = name.lastIndex(of: "."),
            let named = formats[name[name.index(after: dot)...].lowercased()]
        else { return false }
        return named.rawValue != format
    }

    private static let formats: [String: ImageFormat] = [
        "jpg": .jpeg, "jpeg": .jpeg, "jpe": .jpeg, "jfif": .jpeg, "png": .png, "webp": .webp, "gif": .gif, "bmp": .bmp,
        "tif": .tiff, "tiff": .tiff, "heic": .heif, "heif": .heif, "avif": .avif, "jxl": .jxl, "jp2": .jp2,
    ]
}
