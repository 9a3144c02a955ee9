// What the confined process has seen of one file: the source of all facts that the file's bytes are asked for.

package import Detection
package import Imaging
package import Provenance

/// Everything that is known of a file's content.  A part that was not reached, or that the file does not have, is nil.
package struct Observation: Sendable {
    /// Bytes of the file.
    package let fileSize: Int
    package var image: ImageFacts?
    /// How many frames, pages or pictures of its own there are; only where one of them was asked for by number.
    package var frames: Int?
    /// The decoder's first complaint about something that cost no sample, in words.
    package var warning: String?
    /// What the file says of its origin; read also of pictures that cannot be decoded.
    package var declared: Declared?
    /// Only where it was asked for.
    package var hash: PerceptualHash?
    package var thumbnailMatches: Bool?
    package var decodeSeconds: Double?
    package var assessment: Assessment?

    package init(fileSize: Int) { self.fileSize = fileSize }
}
