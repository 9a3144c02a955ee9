// Where in a file the parts are that may say something of its origin: found by walking its container, never by searching its
// bytes, which any text in it could spoof.

internal import Imaging

/// Places in a file, gathered in one walk without reading any of them.
struct Layout {
    /// TIFF structures.
    var exif: [Range<Int>] = []
    var xmp: [Range<Int>] = []
    /// Pieces of extended XMP, each from its GUID on.
    var extendedXMP: [Range<Int>] = []
    /// Photoshop image resources; several make one.
    var photoshop: [Range<Int>] = []
    /// IPTC-IIM records without such resources around them.
    var iim: [Range<Int>] = []
    /// Exif fields that stand in the file's own directories, by their tags.
    var fields: [Int: Range<Int>] = [:]
    /// JUMBF in pieces: the numbers of box and piece, and the place from its box header on.
    var jumbf: [(box: Int, piece: Int, place: Range<Int>)] = []
    /// A manifest store in blocks that each begin with their length.
    var blockedStore: Range<Int>?
    var texts: [(kind: TextKind, place: Range<Int>)] = []
    var comments: [Range<Int>] = []
    /// Comments in blocks that each begin with their length.
    var blockedComments: [Range<Int>] = []
    var quantisation: [Range<Int>] = []
    var applicationSegments: Int?
    /// The index of a multi-picture file, a TIFF structure.
    var multiPicture: Range<Int>?
    /// Behind the end of the picture.
    var trailing: Range<Int>?
    /// Why the walk ended early or left something out.
    var problem: ReadError?

    enum TextKind { case plain, zipped, international }

    init() {}

    /// The layout of a file of a format whose container is walked here; nil otherwise.
    init?(_ file: Span<UInt8>, _ format: ImageFormat, _ limits: ReadLimits) {
        switch format {
        case .jpeg: self = jpegLayout(file, limits)
        case .png: self = pngLayout(file, limits)
        case .webp: self = riffLayout(file, limits)
        case .heif, .avif, .jxl: self = isoLayout(file, limits)
        case .gif: self = gifLayout(file, limits)
        case .tiff: self = tiffLayout(file, limits)
        // There is no place for metadata in it.
        case .bmp: self.init()
        default: return nil
        }
    }

    /// Adds a place unless there are too many.
    mutating func add(_ place: Range<Int>, to list: WritableKeyPath<Layout, [Range<Int>]>, _ limit: Int) {
        if self[keyPath: list].count < limit { self[keyPath: list].append(place) } else { tooMany() }
    }

    mutating func tooMany() { problem = problem ?? .limit("more parts than the limit allows") }
}
