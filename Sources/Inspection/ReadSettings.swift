// What is to be told of a file beyond what every record tells, and whom the user trusts.

internal import Provenance

/// Settings for reading what files declare and show.
package struct ReadSettings: Sendable, Equatable {
    /// Prompts are private.
    package var prompts = false
    /// Whether the perceptual hash is made of pictures that are scored, which takes decoding them as a whole.
    package var perceptualHash = false
    /// Certificates in PEM; empty for none.
    package var anchors: [UInt8] = []

    /// Most bytes of the certificates: they go to a confined process in one message.
    package static let largestAnchors = 128 << 10

    package init() {}

    /// As the readers take them.
    var options: ReadOptions {
        var options = ReadOptions()
        options.prompts = prompts
        options.anchors = anchors.isEmpty ? nil : TrustAnchors(pem: anchors)
        return options
    }
}
