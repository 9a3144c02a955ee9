// Inflates compressed text by zlib, up to a limit: a few bytes can stand for gigabytes.

internal import CZlib

/// The bytes that a zlib stream stands for (RFC 1950).
func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) throws(ReadError) -> [UInt8] {
    var stream = unsafe z_stream()
    guard unsafe assay_inflate_begin(&stream) == Z_OK else { throw .failed("zlib has no memory") }
    defer { unsafe inflateEnd(&stream) }
    var input = Array(bytes)
    var result: [UInt8] = []
    let block = 32_768
    let status: CInt = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(clamping: source.count)
        while true {
            var isStuck = false
            var status = Z_OK
            let part = unsafe [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(block)
                status = unsafe inflate(&stream, Z_NO_FLUSH)
                count = unsafe block - Int(stream.avail_out)
                isStuck = count == 0
            }
            result.append(contentsOf: part)
            if status != Z_OK || isStuck || result.count > limit { return status }
        }
    }
    guard result.count <= limit else { throw .limit("a text longer than the limit") }
    guard status == Z_STREAM_END else { throw .invalid("a compressed text is damaged") }
    return result
}
