// The model a command works with: the shipped one or a file, read, digested and checked in one place.

import Detection
import Files

/// A model's bytes and the detector they make.
struct ModelFile {
    /// Where it came from, for messages.
    let name: String
    let bytes: [UInt8]
    let detector: Detector

    /// Larger files are refused: no model of this program comes near.
    static let maxSize = 256 << 20

    /// Reads `path`, or takes the shipped model when it is nil.
    static func load(_ path: PathBytes?) throws(CommandFailure) -> ModelFile { try load(path, read(path)) }

    /// What an operand or a value names: `shipped` is the model in the program (`./shipped` is a file).
    static func named(_ path: PathBytes) throws(CommandFailure) -> ModelFile {
        try load(path == PathBytes("shipped") ? nil : path)
    }

    /// Checks the bytes that `read` gave for `path`.
    static func load(_ path: PathBytes?, _ bytes: [UInt8]) throws(CommandFailure) -> ModelFile {
        let name = path?.escaped ?? "the shipped model"
        do throws(ModelError) {
            let digest = path == nil ? Detector.shippedDigest : SHA256.hexadecimal(of: bytes)
            let detector = try Detector.load(bytes, digest: digest)
            return ModelFile(name: name, bytes: bytes, detector: detector)
        } catch {
            throw .failure("\(name): \(error.message)")
        }
    }

    /// The bytes of `path`, or of the shipped model when it is nil.
    static func read(_ path: PathBytes?) throws(CommandFailure) -> [UInt8] {
        guard let path else {
            let bytes = Detector.shippedBytes()
            if bytes.isEmpty { throw .failure(ModelError.absent.message) }
            return bytes
        }
        do throws(FileError) {
            return try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: maxSize)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }
}
