// Lets libFuzzer look for bytes that crash the decoders; built by `Tests/Fuzz/run`, not by the package.

/// Decodes `count` bytes under small limits, so that a run spends its time on code and not on large pictures.
@c(LLVMFuzzerTestOneInput)
func fuzzDecode(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let limits = DecodeLimits(maxPixels: 20_000, maxScans: 20, maxTextBytes: 1000)
    if let image = try? decode(UnsafeRawBufferPointer(start: start, count: count), limits: limits) {
        precondition(image.pixels.width == image.facts.width && image.pixels.height == image.facts.height)
    }
    return 0
}
