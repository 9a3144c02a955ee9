// What can be asked about a file.

package import Imaging

/// A question about one file, which a `Finding` answers.
package enum Request: Sendable, Equatable {
    /// All facts, and scores.
    case judge
    /// What the file says of its origin; no pixel is decoded.
    case declare
    /// As `judge`, for rules that ask for the file's path.
    case judgeNamed(path: String)
    /// The same of one frame of the file, counted from 0, and how many there are; the path is empty where rules don't ask for it.
    case judgeFrame(Int, path: String)
    /// What the file says of its picture, without any pixel of it.
    case header
    /// The pixels of these regions, which lie within the picture, one after the other in the memory for results.
    case pixels([Region])
    /// The perceptual hash alone.
    case hash
}

extension Request {
    /// Bytes of a path that rules see; the system knows none that is longer, but what stands for a byte that is no text takes three.
    private static let longestPath = 3 * 4096
    /// Regions of one question, which fit into a message.
    package static let mostRegions = 256
    /// Frames of a file that can be asked about.
    package static let mostFrames = 1_000_000

    /// The frame that is to be judged; nil where frames are not told apart.
    package var frame: Int? { if case .judgeFrame(let frame, _) = self { frame } else { nil } }

    /// The format of a file that begins with `beginning`, if the question can be put about it.
    package func recognise(_ beginning: Span<UInt8>) throws(DecodeError) -> ImageFormat {
        guard let format = ImageFormat.sniff(beginning) else {
            throw ImageFormat.sniffDamaged(beginning).map { .damagedSignature($0) } ?? .notAnImage
        }
        // Metadata have states of their own for what is not read.
        guard self == .declare || format.isDecodable else { throw .unsupportedFormat(format) }
        return format
    }

    package func recognise(_ beginning: UnsafeRawBufferPointer) throws(DecodeError) -> ImageFormat {
        let bytes = unsafe beginning.assumingMemoryBound(to: UInt8.self)
        return try recognise(unsafe bytes.span)
    }

    /// Bytes that an answer leaves in the memory for results; 0 for most.
    func resultSize(of facts: Facts) -> Int {
        switch self {
        case .pixels(let regions): regions.reduce(0) { $0 + $1.byteCount }
        case .judge, .judgeNamed, .judgeFrame, .declare, .header, .hash: 0
        }
    }

    package func encode(to wire: inout WireWriter) {
        switch self {
        case .judge: wire.add(byte: 0)
        case .declare: wire.add(byte: 1)
        case .judgeNamed(let path):
            wire.add(byte: 2)
            wire.add(path, limit: Request.longestPath)
        case .header: wire.add(byte: 3)
        case .pixels(let regions):
            wire.add(byte: 4)
            wire.add(regions.count)
            for region in regions {
                for value in [region.x, region.y, region.width, region.height] { wire.add(value) }
            }
        case .hash: wire.add(byte: 5)
        case .judgeFrame(let frame, let path):
            wire.add(byte: 6)
            wire.add(frame)
            wire.add(path, limit: Request.longestPath)
        }
    }

    package init(_ wire: inout WireReader) throws(WireError) {
        switch try wire.byte() {
        case 0: self = .judge
        case 1: self = .declare
        case 2: self = .judgeNamed(path: try wire.text(limit: Request.longestPath))
        case 3: self = .header
        case 4:
            var regions: [Region] = []
            for _ in 0..<(try wire.count(limit: Request.mostRegions)) {
                regions.append(
                    Region(
                        x: try wire.integer(), y: try wire.integer(), width: try wire.integer(),
                        height: try wire.integer()))
            }
            self = .pixels(regions)
        case 5: self = .hash
        case 6:
            let frame = try wire.integer()
            guard 0..<Request.mostFrames ~= frame else { throw WireError() }
            self = .judgeFrame(frame, path: try wire.text(limit: Request.longestPath))
        default: throw WireError()
        }
    }
}
