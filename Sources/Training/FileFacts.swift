// What is known of a picture without a look at its pixels; if that tells the label, a data set teaches nothing else.

package import Confinement
package import Imaging

/// What a file says of its picture, and how long it is.
package struct FileFacts: Sendable, Equatable {
    package let image: ImageFacts
    package let bytes: Int

    package init(image: ImageFacts, bytes: Int) {
        (self.image, self.bytes) = (image, bytes)
    }

    package init(_ picture: ReadPicture) { self.init(image: picture.facts, bytes: picture.fileSize) }
}
