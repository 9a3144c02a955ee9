// Tells what lies behind the end of a picture, where cameras keep second pictures and people hide files.

internal import Imaging

/// What trailing bytes begin with.
enum TrailingKind: String, CaseIterable {
    case zeros, picture, video, archive, text, samsung, other

    init(_ bytes: Span<UInt8>) {
        let head = bytes.array(0..<4096)
        if head.allSatisfy({ $0 == 0 }) {
            self = .zeros
        } else if bytes.has("SEFT", at: bytes.count - 4) {
            // Samsung's trailer ends with its name.
            self = .samsung
        } else if bytes.has("ftyp", at: 4), ImageFormat.sniff(bytes) == nil {
            self = .video
        } else if ImageFormat.sniff(bytes) != nil {
            self = .picture
        } else if bytes.has("PK\u{3}\u{4}", at: 0) || bytes.has("Rar!", at: 0) || bytes.has("7z", at: 0) {
            self = .archive
        } else if head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
            self = .text
        } else {
            self = .other
        }
    }
}
