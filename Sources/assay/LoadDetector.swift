// The one way in which commands come to a detector: the file the user names, or the one built in.

import Detection
import Files

/// The detector of the model file at `path`, or the one that is part of this program when nil.
func loadDetector(_ path: PathBytes?) throws(CommandFailure) -> Detector {
    let bytes: [UInt8]
    if let path {
        do throws(FileError) {
            bytes = try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: 256 << 20)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    } else {
        bytes = Detector.shippedBytes()
    }
    do throws(ModelError) {
        if path == nil && bytes.isEmpty { throw ModelError.absent }
        return try Detector.load(bytes, digest: SHA256.hexadecimal(of: bytes))
    } catch {
        throw .failure(path.map { "\($0.escaped): \(error.message)" } ?? error.message)
    }
}
