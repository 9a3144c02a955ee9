// What contradicts what a file declares: rules find what its pixels and its own statements are against, by the tag `contradiction`; what its
// name is against is found here, where names are known.

internal import Files
internal import Imaging
internal import Inspection
internal import Rules

extension Record {
    /// What the file says against itself, its pixels or its name.
    var contradictions: [String] {
        let found = judgement?.rules.filter { $0.tags.contains("contradiction") } ?? []
        // Of a code the kind is known already.
        return found.map { rule in
            rule.code.firstIndex(of: ":").map { String(rule.code[$0...].dropFirst()) } ?? rule.code
        }
            + (isMisnamed ? ["extension"] : [])
    }

    /// Why a person should look at a picture that was judged.
    func review(_ judgement: Judgement) -> [String] {
        judgement.review + (isMisnamed ? ["contradiction:extension"] : [])
    }

    /// Whether the name's ending is that of another format than the content.
    private var isMisnamed: Bool {
        guard let format = finding.facts.text("format"), let name = path.lossy.split(separator: "/").last,
            let dot = name.lastIndex(of: "."),
            let named = Record.formats[name[name.index(after: dot)...].lowercased()]
        else { return false }
        return named.rawValue != format
    }

    private static let formats: [String: ImageFormat] = [
        "jpg": .jpeg, "jpeg": .jpeg, "jpe": .jpeg, "jfif": .jpeg, "png": .png, "webp": .webp, "gif": .gif, "bmp": .bmp,
        "tif": .tiff, "tiff": .tiff, "heic": .heif, "heif": .heif, "avif": .avif, "jxl": .jxl, "jp2": .jp2,
    ]
}
