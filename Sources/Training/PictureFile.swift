// Reading a labelled picture from disk, for training and evaluation alike.
import Glibc
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

/// Reads and decodes the picture at `path` with the default limits.
package func readPicture(_ path: String) throws(PictureError) -> DecodedImage {
    let bytes = try readWhole(path)
    do {
        return try decode(bytes, limits: DecodeLimits())
    } catch {
        throw .undecodable(error.message)
    }
}

/// The bytes of a regular file, by open(2) and read(2).
func readWhole(_ path: String) throws(PictureError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(unsafe String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw .unreadable("not a regular file")
    }
    let size = Int(status.st_size)
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
            let got = unsafe read(descriptor, buffer.baseAddress! + count, size - count)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 { break }
            count += got
        }
    }
    guard failure == 0 else { throw .unreadable(unsafe String(cString: strerror(failure))) }
    return bytes
}
