// The extents of a batch of maps, so that every layer speaks of images, channels, rows and columns in one order.

/// Extents of a tensor in NCHW order: images, channels, rows, columns. A vector has one row and one column.
package struct Shape: Equatable, Sendable, CustomStringConvertible {
    package var images: Int
    package var channels: Int
    package var height: Int
    package var width: Int

    package init(_ images: Int, _ channels: Int, _ height: Int = 1, _ width: Int = 1) {
        self.images = images
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// Elements of one plane.
    package var area: Int { height * width }
    /// Elements of one image.
    package var imageCount: Int { channels * area }
    /// All elements.
    package var count: Int { images * imageCount }

    package var description: String { "\(images)×\(channels)×\(height)×\(width)" }
}
