// Reads the few Exif fields that speak of origin, by libexif: directories of directories are not for a parser of our own.

internal import CExif
internal import Glibc

/// What an Exif block says of camera and program.
struct ExifBlock {
    var make: String?
    var model: String?
    var lens: String?
    var date: String?
    var software: String?
    var description: String?
    var userComment: String?
    var hasMakerNote = false
    var thumbnail: [UInt8]?

    /// - Parameter tiff: the block from its byte order on (Exif 3.0, 4.5.2).
    init(_ tiff: [UInt8]) throws(ReadError) {
        guard let data = unsafe exif_data_new() else { throw .failed("libexif has no memory") }
        defer { unsafe exif_data_unref(data) }
        // As written: no fields added, none left out because of where they stand.
        unsafe exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION)
        unsafe exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS)
        let log = unsafe exif_log_new()
        defer { unsafe exif_log_unref(log) }
        var isDamaged = false
        // libexif looks for the signature that stands before the block in a JPEG.
        let block = [UInt8]("Exif\0\0".utf8) + tiff
        unsafe withUnsafeMutablePointer(to: &isDamaged) { flag in
            // Its complaints about maker notes, which nobody but their makers understands, are not ours.
            unsafe exif_log_set_func(
                log,
                { _, code, domain, _, _, flag in
                    guard code == EXIF_LOG_CODE_CORRUPT_DATA, let domain = unsafe domain, let flag = unsafe flag,
                        unsafe strcmp(domain, "ExifData") == 0
                    else { return }
                    unsafe flag.storeBytes(of: true, as: Bool.self)
                }, flag)
            unsafe exif_data_log(data, log)
            unsafe exif_data_load_data(data, block, UInt32(clamping: block.count))
            unsafe exif_data_log(data, nil)
        }
        let fields = unsafe Fields(data)
        guard !fields.isEmpty else { throw .invalid("no directory of fields") }
        take { fields.bytes($0) }
        thumbnail = fields.thumbnail
        let saysAnything = make != nil || software != nil || userComment != nil || description != nil
        if isDamaged && !saysAnything { throw .invalid("the directory of fields is damaged") }
    }

    /// - Parameter field: the value of the first field with a tag.
    init(_ field: (UInt32) -> [UInt8]?) { take(field) }

    private mutating func take(_ field: (UInt32) -> [UInt8]?) {
        func text(_ tag: UInt32) -> String? {
            guard let bytes = field(tag) else { return nil }
            let text = String(unknownEncoding: bytes).trimmed
            return text.isEmpty ? nil : text
        }
        make = text(0x010F)
        model = text(0x0110)
        description = text(0x010E)
        software = text(0x0131)
        date = text(0x9003)
        lens = text(0xA434)
        userComment = field(0x9286).flatMap(ExifBlock.comment)
        hasMakerNote = field(0x927C) != nil
    }

    /// A text that begins with the name of its encoding (Exif 3.0, UserComment); some writers leave the name out.
    private static func comment(_ bytes: [UInt8]) -> String? {
        let rest = bytes.dropFirst(8)
        let text: String
        switch bytes.prefix(8) {
        case let name where name.elementsEqual("UNICODE\0".utf8): text = String(utf16: rest)
        case let name where name.elementsEqual("ASCII\0\0\0".utf8): text = String(unknownEncoding: rest)
        case let name where name.elementsEqual([UInt8](repeating: 0, count: 8)): text = String(unknownEncoding: rest)
        default: text = String(unknownEncoding: bytes)
        }
        return text.trimmed.isEmpty ? nil : text.trimmed
    }
}

/// The fields of all directories of a loaded block.
@safe private struct Fields {
    private let data: UnsafeMutablePointer<ExifData>

    @unsafe init(_ data: UnsafeMutablePointer<ExifData>) { unsafe self.data = unsafe data }

    private var directories: [UnsafeMutablePointer<ExifContent>?] {
        let all = unsafe data.pointee.ifd
        return unsafe [all.0, all.2, all.1]
    }

    var isEmpty: Bool { unsafe directories.allSatisfy { unsafe ($0?.pointee.count ?? 0) == 0 } }

    /// The value of the first field with this tag. Writers put fields into directories where they don't belong.
    func bytes(_ tag: UInt32) -> [UInt8]? {
        let directories = unsafe directories
        for index in 0..<(unsafe directories.count) {
            guard let directory = unsafe directories[index],
                let entry = unsafe exif_content_get_entry(directory, ExifTag(tag)),
                let start = unsafe entry.pointee.data, unsafe entry.pointee.size > 0
            else { continue }
            return unsafe Array(UnsafeBufferPointer(start: start, count: Int(entry.pointee.size)))
        }
        return nil
    }

    var thumbnail: [UInt8]? {
        guard let start = unsafe data.pointee.data, unsafe data.pointee.size > 0 else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(data.pointee.size)))
    }
}
