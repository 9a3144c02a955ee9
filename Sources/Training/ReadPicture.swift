// Training, validation and evaluation read pictures in one way, the way a scan does: whole file, decoded by content.

import Glibc
package import Imaging

/// Why a picture could not be read.
package struct PictureError: Error, Equatable, Sendable {
    /// The system's reason or the decoder's.
    package let message: String
}

/// Reads and decodes a picture within the decoder's default limits.
package func readPicture(_ path: String) throws(PictureError) -> DecodedImage {
    let bytes: [UInt8]
    do {
        bytes = try readFile(path)
    } catch {
        throw PictureError(message: error.message)
    }
    do {
        return try decode(bytes, limits: DecodeLimits())
    } catch {
        throw PictureError(message: error.message)
    }
}

/// The content of a regular file. A pipe or device in its place is refused rather than waited for.
func readFile(_ path: String) throws(SystemError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(message: "not a regular file") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var filled = 0
    while true {
        // One byte more than the size tells whether the file has grown.
        if filled == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
        }
        if count < 0 {
            if errno == EINTR { continue }
            throw SystemError()
        }
        if count == 0 { break }
        filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
}

/// A failed system call, in the system's words.
struct SystemError: Error {
    let message: String

    /// The last error of this thread.
    init() {
        let number = errno
        let text = unsafe strerror(number)
        message = unsafe text.map { unsafe String(cString: $0).lowercased() } ?? "error \(number)"
    }

    init(message: String) { self.message = message }
}
