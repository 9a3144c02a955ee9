// Reading a labelled picture from disk, for training and evaluation alike.
package import Files
package import Imaging

/// Why a picture of a data set could not be used.
package enum PictureError: Error, Equatable {
    case unreadable(FileError)
    case undecodable(DecodeError)

    package var message: String {
        switch self {
        case .unreadable(let error): error.message
        case .undecodable(let error): error.message
        }
    }
}

/// Reads the picture at `path` and decodes parts of it, with the default limits.
///
/// - Parameter regions: called with the picture's width and height.
package func readPicture(_ path: String, regions: (Int, Int) -> [Region]) throws(PictureError) -> DecodedParts {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try readWhole(path) } catch { throw .unreadable(error) }
    do {
        return try decode(bytes.span, limits: DecodeLimits(), regions: regions)
    } catch {
        throw .undecodable(error)
    }
}

/// The bytes of a regular file; a link is followed, a pipe or device refused.
func readWhole(_ path: String) throws(FileError) -> [UInt8] {
    try OpenFile.open(PathBytes(path), in: nil, followingLinks: true).readAll(limit: .max)
}
