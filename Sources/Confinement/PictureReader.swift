// Pixels of pictures that programs work on themselves, as training and evaluation do: decoded by a confined process all the same.

package import Files
package import Imaging
internal import Inspection

/// Some of a picture's pixels, with what its file says of it.
package struct ReadPicture: Sendable {
    package let facts: ImageFacts
    /// In the order of the regions that were asked for.
    package let parts: [Part]
    /// Bytes of the file.
    package let fileSize: Int
}

/// Reads pictures, for one thread: the process ends with the thread that reads first, and is started anew by the next.
package final class PictureReader {
    private let settings: ConfinementSettings
    private var inspector: ConfinedInspector<Void>?

    /// - Parameter settings: whose memory for results decides how many pixels can be asked for.
    package init(_ settings: ConfinementSettings) { self.settings = settings }

    /// Bytes of the largest file that is read whole before anything is known of its pixels; what scanning takes by default.
    package static let largestFile = 256 << 20

    /// Reads parts of the picture at `path`, where a link is followed, of at most `largestFile` bytes.
    ///
    /// - Parameter regions: called with the picture's width and height; gives regions within it.
    package func read(_ path: PathBytes, regions: (Int, Int) -> [Region]) throws(ReadError) -> ReadPicture {
        let inspector = try readyInspector()
        let picture = try inspector.load(path, for: .header, limit: Self.largestFile)
        defer { inspector.forget(picture) }
        return try read(picture, inspector, regions)
    }

    /// Reads all of the picture in `file`, of at most `limit` bytes, as its one part, and gives the SHA-256 of the very bytes that were
    /// decoded.
    package func readWhole(
        _ file: borrowing OpenFile, limit: Int
    ) throws(ReadError) -> (picture: ReadPicture, sha256: String) {
        let inspector = try readyInspector()
        return try readWhole(try inspector.load(file, for: .header, limit: limit), inspector)
    }

    /// The same of a picture whose file is in memory, and stays there.
    package func readWhole(_ bytes: StreamedBytes) throws(ReadError) -> (picture: ReadPicture, sha256: String) {
        let inspector = try readyInspector()
        let format: ImageFormat
        let beginning = bytes.beginning
        do throws(DecodeError) { format = try Request.header.recognise(beginning.span) } catch {
            throw .refused(Refusal(error))
        }
        let picture: LoadedPicture
        do throws(FileError) { picture = try inspector.load(bytes, keepsData: true, at: 0, format) } catch {
            throw .file(error)
        }
        return try readWhole(picture, inspector)
    }

    private func readWhole(
        _ picture: LoadedPicture, _ inspector: ConfinedInspector<Void>
    ) throws(ReadError) -> (picture: ReadPicture, sha256: String) {
        defer { inspector.forget(picture) }
        let digest = SHA256()
        unsafe digest.update(UnsafeRawBufferPointer(rebasing: inspector.bytes[picture.place]))
        let whole = try read(picture, inspector) { [Region(x: 0, y: 0, width: $0, height: $1)] }
        return (whole, digest.finish())
    }

    private func read(
        _ picture: LoadedPicture, _ inspector: ConfinedInspector<Void>, _ regions: (Int, Int) -> [Region]
    ) throws(ReadError) -> ReadPicture {
        func ask(_ request: Request) throws(ReadError) -> ImageFacts {
            let finding = inspector.ask(request, about: picture)
            if let refusal = finding.refusal { throw .refused(refusal) }
            guard let facts = ImageFacts(finding.facts) else { preconditionFailure("expected of every answer") }
            return facts
        }
        let facts = try ask(.header)
        let wanted = regions(facts.width, facts.height)
        precondition(wanted.count <= Request.mostRegions, "a question names at most \(Request.mostRegions) regions")
        guard wanted.reduce(0, { $0 + $1.byteCount }) <= settings.results else {
            throw .refused(
                Refusal(.tooManyPixels(width: facts.width, height: facts.height, limit: settings.results / 3)))
        }
        return ReadPicture(
            facts: try ask(.pixels(wanted)), parts: inspector.parts(wanted), fileSize: picture.place.count)
    }

    private func readyInspector() throws(ReadError) -> ConfinedInspector<Void> {
        if let inspector { return inspector }
        do throws(FileError) {
            let ready = try ConfinedInspector<Void>(settings)
            inspector = ready
            return ready
        } catch {
            throw .file(error)
        }
    }
}

extension ConfinementSettings {
    /// For reading pixels: no model, and room for those of the largest picture that the limits allow.
    package static func pictures(_ limits: DecodeLimits = DecodeLimits()) -> ConfinementSettings {
        var settings = ConfinementSettings(nil)
        settings.limits = limits
        settings.results = 3 * limits.maxPixels
        return settings
    }
}
