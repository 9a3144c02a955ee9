// What is known of a picture without a look at its pixels; if that tells the label, a data set teaches nothing else.

import Files
package import Imaging

/// What a file says of its picture, and how long it is.
package struct FileFacts: Sendable, Equatable {
    package let image: ImageFacts
    package let bytes: Int

    package init(image: ImageFacts, bytes: Int) {
        (self.image, self.bytes) = (image, bytes)
    }

    /// Reads and decodes the picture at `path` with the default limits.
    package static func read(_ path: String) throws(PictureError) -> (pixels: Pixels, facts: FileFacts) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try readWhole(path) } catch { throw .unreadable(error) }
        do {
            let decoded = try decode(bytes, limits: DecodeLimits())
            return (decoded.pixels, FileFacts(image: decoded.facts, bytes: bytes.count))
        } catch {
            throw .undecodable(error)
        }
    }
}
