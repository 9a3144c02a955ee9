// Reading a labelled picture from disk, for training and evaluation alike.
import Files
package import Imaging

/// Why a picture of a data set could not be used.
package enum PictureError: Error, Equatable {
    case unreadable(String)
    case undecodable(String)

    package var message: String {
        switch self {
        case .unreadable(let reason), .undecodable(let reason): reason
        }
    }
}

/// Reads the picture at `path` and decodes parts of it, with the default limits.
///
/// - Parameter regions: called with the picture's width and height.
package func readPicture(_ path: String, regions: (Int, Int) -> [Region]) throws(PictureError) -> DecodedParts {
    let bytes = try readWhole(path)
    do {
        return try decode(bytes.span, limits: DecodeLimits(), regions: regions)
    } catch {
        throw .undecodable(error.message)
    }
}

/// The bytes of a regular file; a link is followed, a pipe or device refused.
func readWhole(_ path: String) throws(PictureError) -> [UInt8] {
    do throws(FileError) {
        return try OpenFile.open(PathBytes(path), in: nil, followingLinks: true).readAll(limit: .max)
    } catch {
        throw .unreadable(error.message)
    }
}
