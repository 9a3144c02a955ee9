// Lets libFuzzer look for bytes that crash the decoders, or that parts of a picture are decoded from differently than the
// whole; built by `Tests/Fuzz/run`, not by the package.

/// Decodes `count` bytes under small limits, so that a run spends its time on code and not on large pictures.
@c(LLVMFuzzerTestOneInput)
func fuzzDecode(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let limits = DecodeLimits(maxPixels: 20_000, maxScans: 20, maxTextBytes: 1000)
    let file = UnsafeBufferPointer(start: start, count: count)
    // The end of a file, which the decoders don't look at, says which parts.
    var choice = file.suffix(8).reduce(0) { $0 &* 31 &+ Int($1) } & Int.max
    func below(_ bound: Int) -> Int {
        defer { choice = choice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
        return (choice >> 33 & 0x3FFF_FFFF) % bound
    }
    func regions(_ width: Int, _ height: Int) -> [Region] {
        (0...below(3)).map { _ in
            let (x, y) = (below(width), below(height))
            return Region(x: x, y: y, width: 1 + below(width - x), height: 1 + below(height - y))
        }
    }
    let whole = Result { () throws(DecodeError) in try decode(file.span, limits: limits) }
    let parts = Result { () throws(DecodeError) in try decode(file.span, limits: limits, regions: regions) }
    switch (whole, parts) {
    case (.failure(let error), .failure(let other)): precondition(error == other)
    case (.success(let image), .success(let other)):
        precondition(image.pixels.width == image.facts.width && image.pixels.height == image.facts.height)
        precondition(image.facts == other.facts && image.warning == other.warning)
        for part in other.parts {
            let (width, height) = (part.pixels.width, part.pixels.height)
            precondition(part.pixels == image.pixels.cropped(x: part.x, y: part.y, width: width, height: height))
        }
    default: preconditionFailure("only one of them failed")
    }
    return 0
}
