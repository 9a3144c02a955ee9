// From a file to bytes that a confined process can look at, in one place, so that every command recognises the same files.

package import Files
package import Imaging
package import Inspection

/// A picture in the buffer of a `ConfinedInspector`.
package struct LoadedPicture: Sendable {
    /// Where its bytes lie; as many as the file has.
    package let place: Range<Int>
    /// By its first bytes.
    package let format: ImageFormat
}

/// Why there is nothing to ask about.
package enum ReadError: Error, Equatable {
    case file(FileError)
    case refused(Refusal)

    package var message: String {
        switch self {
        case .file(let error): error.message
        case .refused(let refusal): refusal.message
        }
    }
}

extension ConfinedInspector {
    /// Reads `file` into the buffer from `start` on, where `place(for:)` of one byte more than the file has must have found room.
    ///
    /// - Parameters:
    ///   - request: what will be asked about it.
    ///   - limit: bytes; a larger picture is refused.
    package func load(
        _ file: borrowing OpenFile, at start: Int = 0, for request: Request, limit: Int = .max - 1
    ) throws(ReadError) -> LoadedPicture {
        let size = file.size
        // One byte more than the file has shows whether it grew.
        let head = min(size, ImageFormat.damageReach - 1) + 1
        var length = try read(file, to: start..<(start + head))
        let format: ImageFormat
        do throws(DecodeError) {
            format = try unsafe request.recognise(
                UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
        } catch {
            throw .refused(Refusal(error))
        }
        guard size <= limit else { throw .file(.tooLarge(size: size, limit: limit)) }
        if length == head && head <= size { length += try read(file, to: (start + head)..<(start + size + 1)) }
        guard length == size else { throw .file(.changed) }
        return LoadedPicture(place: start..<(start + length), format: format)
    }

    /// Copies `data`, which was recognised, into the buffer from `start` on, where there is room for it.
    ///
    /// - Parameter keepsData: whether they are wanted again; else they are gone.
    package func load(
        _ data: StreamedBytes, keepsData: Bool = false, at start: Int, _ format: ImageFormat
    ) throws(FileError) -> LoadedPicture {
        let place = start..<(start + data.count)
        try grow(to: place.upperBound)
        var next = start
        func copy(_ part: [UInt8]) {
            let target = next..<(next + part.count)
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[target]).copyBytes(from: part)
            next = target.upperBound
        }
        if keepsData { data.forEach(copy) } else { data.takeEach(copy) }
        return LoadedPicture(place: place, format: format)
    }

    /// The same of bytes elsewhere in memory.
    package func load(
        _ data: UnsafeRawBufferPointer, at start: Int, _ format: ImageFormat
    ) throws(FileError) -> LoadedPicture {
        let place = start..<(start + data.count)
        try grow(to: place.upperBound)
        unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place]).copyMemory(from: data)
        return LoadedPicture(place: place, format: format)
    }

    private func read(_ file: borrowing OpenFile, to place: Range<Int>) throws(ReadError) -> Int {
        do throws(FileError) {
            try grow(to: place.upperBound)
            return try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[place]))
        } catch {
            throw .file(error)
        }
    }
}

/// One file and as many questions about it as one likes.
extension ConfinedInspector where Evidence == Void {
    /// Reads the picture at `path`, where a link is followed; one at a time.
    package func load(_ path: PathBytes, for request: Request, limit: Int = .max - 1) throws(ReadError) -> LoadedPicture
    {
        precondition(count == 0, "one file at a time")
        let file: OpenFile
        do throws(FileError) {
            file = try OpenFile.open(path, in: nil, followingLinks: true)
        } catch {
            throw .file(error)
        }
        return try load(file, for: request, limit: limit)
    }

    /// Puts a question about a picture that was loaded, and waits for the answer.  The bytes stay, for more questions, until `forget`.
    package func ask(_ request: Request, about picture: LoadedPicture) -> Finding {
        precondition(count == 0, "one question at a time")
        submit((), at: picture.place, request, format: picture.format)
        guard let finding = nextFile(downTo: 0)?.finding else { preconditionFailure("every question is answered") }
        return finding
    }
}
