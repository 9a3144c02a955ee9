// The members of a zip: by its directory where there is all of a file, else as they come one after the other.
//
// Libarchive reads zips too, but gives only one member where two entries name one place, makes other names of some, and takes what an entry
// says of its kind for more than its bytes.

internal import Files

/// A cursor over the members of a zip.
///
/// Whatever kind an entry says that it is of, it has bytes, and most programs write them out as a file: so all are files here but
/// directories.
final class ZipArchive: MemberCursor {
    private let input: PackedInput
    private let road: any ZipRoad
    private let hasDirectory: Bool
    /// The present member, and its bytes as soon as they are asked for.
    private var present: ZipFound?
    private var content: ZipContent?
    private var oddities: Set<ZipOddity> = []

    init(_ input: PackedInput) throws(PackedFault) {
        self.input = input
        var directory: ZipDirectory?
        let length = try input.length()
        if let length {
            _ = try input.fill(to: 4)
            let begins = input.rest.starts(with: ZipMark.member) || input.rest.starts(with: ZipMark.end)
            directory = try ZipDirectory(input, length: length, beginsWithZip: begins)
            if directory == nil {
                guard begins else { throw .corruptArchive("the directory of a zip is not where its end says") }
                try input.seek(0)
            }
        }
        hasDirectory = directory != nil
        if let directory, let length {
            road = ZipEntries(directory, input, length: length)
        } else {
            road = ZipStream(input)
        }
    }

    var taken: Int { input.taken }
    var place: Int { input.offset }

    func next() throws(PackedFault) -> PackedMember? {
        if let present { try road.leave(present, content) }
        (present, content) = (nil, nil)
        guard let found = try road.next() else { return nil }
        present = found
        let member = found.member
        // Most programs end it there.
        if member.name.contains(0) { oddities.insert(.zero) }
        // Some programs pack nothing into two bytes.
        let isDirectory =
            member.name.last == UInt8(ascii: "/") && found.isKnown && member.size == 0 && member.packed <= 2
            && found.refusal == nil
        let told = TarMember(
            name: PathBytes(member.name), kind: isDirectory ? .directory : .file, size: found.isSized ? member.size : 0,
            modified: member.modified)
        // Where a descriptor follows, the bytes may end before it, and another member lie between.
        let statesSize = found.isSized && !found.hasDescriptor
        return PackedMember(member: told, statesSize: statesSize, isEncrypted: member.isEncrypted)
    }

    func read() throws(PackedFault) -> [UInt8] {
        guard let present else { return [] }
        if let refusal = present.refusal { throw refusal }
        do throws(PackedFault) {
            if let content { return try content.read() }
            let content = try ZipContent(present, input)
            self.content = content
            return try content.read()
        } catch {
            // Of a stream that seems to end in a member, the member may be what is wrong.
            guard error.isEnd, hasDirectory || present.member.isDoubtful else { throw error }
            throw .corruptMember(error.message)
        }
    }

    func checkEnd() throws(PackedFault) {
        if let fault = ZipOddity.fault(try road.finish().union(oddities)) { throw fault }
    }
}
