// How much a picture may ask for before it is refused, decided before the memory is taken.

/// Limits that apply to one picture.
package struct DecodeLimits: Sendable, Equatable {
    /// Width times height. The default allows the largest cameras: 300 MB of RGB.
    package var maxPixels: Int
    /// Passes over the picture in a JPEG of several scans. Encoders write at most a few dozen.
    package var maxScans: Int
    /// Bytes of the text chunks of a PNG, as stored in the file.
    package var maxTextBytes: Int
    /// Rows of a PNG, whose sides have no bound of their own: each costs as much as a few dozen pixels, however short it is.
    /// With `maxPixels` this bounds the bytes that are inflated, at most eight a pixel and one a row.
    package var maxRows: Int

    package init(
        maxPixels: Int = 100_000_000, maxScans: Int = 100, maxTextBytes: Int = 16 << 20, maxRows: Int = 1_000_000
    ) {
        self.maxPixels = maxPixels
        self.maxScans = maxScans
        self.maxTextBytes = maxTextBytes
        self.maxRows = maxRows
    }
}
