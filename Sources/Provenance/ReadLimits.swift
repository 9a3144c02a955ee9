// How much of a file's metadata is read: hostile files offer more than anyone would write.

/// Limits that apply to the metadata of one file.
package struct ReadLimits: Sendable, Equatable {
    /// Parts of one kind, such as text chunks or Exif segments; an XMP extension may come in more pieces.
    package var maxParts = 64
    /// Exif blocks and XMP packets, of which one is usual.
    package var maxBlocks = 4
    /// Bytes of an Exif block. libexif compares every field with every other.
    package var maxExifBytes = 256 << 10
    /// Pieces of a part that is split over segments: 65,533 bytes each in a JPEG.
    package var maxPieces = 2048
    /// Bytes of one XMP packet, IIM record or text, after inflating.
    package var maxTextBytes = 4 << 20
    /// Bytes of all texts of a PNG after inflating.
    package var maxInflatedBytes = 16 << 20
    /// Bytes of a manifest store. Thumbnails make them large.
    package var maxStoreBytes = 64 << 20
    /// Nesting of XML elements, JSON values, CBOR items and JUMBF boxes.
    package var maxDepth = 32
    /// CBOR items of one assertion.
    package var maxNodes = 50_000
    /// Boxes of one manifest store.
    package var maxBoxes = 4000
    package var maxItems = 32
    package var maxProblems = 16
    /// Bytes of any text that is passed on.
    package var maxValueBytes = 500
    package var maxPromptBytes = 16_384

    package init() {}
}

/// Why a part could not be read.
struct ReadError: Error {
    var state: Declared.State
    var message: String

    static func invalid(_ message: String) -> ReadError { ReadError(state: .invalid, message: message) }
    static func limit(_ message: String) -> ReadError { ReadError(state: .unchecked, message: message) }
    static func failed(_ message: String) -> ReadError { ReadError(state: .error, message: message) }
}
