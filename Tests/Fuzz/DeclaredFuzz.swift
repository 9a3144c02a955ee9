// Lets libFuzzer look for bytes that crash or stall the readers of metadata; built by `Tests/Fuzz/run-declared`, not by the package.

import Imaging
import Provenance

/// Reads `count` bytes under small limits, so that a run spends its time on code and not on large texts.
@c(LLVMFuzzerTestOneInput)
func fuzzDeclared(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = UnsafeBufferPointer(start: start, count: count)
    var options = ReadOptions()
    options.limits.maxTextBytes = 64 << 10
    options.limits.maxInflatedBytes = 256 << 10
    options.limits.maxNodes = 2000
    options.prompts = count % 2 == 0
    // What is no picture goes to a walker all the same.
    let format = ImageFormat.sniff(file.span) ?? [.jpeg, .png, .webp, .gif, .tiff][count % 5]
    let found = readDeclared(file.span, format, options)
    precondition(found.items.count <= options.limits.maxItems && found.problems.count <= options.limits.maxProblems)
    precondition(found.state != .absent || found.problems.isEmpty && found.origin == nil)
    precondition(options.prompts || found.items.allSatisfy { $0.prompt == nil })
    for item in found.items {
        for text in [item.software, item.model, item.aiSystem, item.aiSystemVersion] {
            precondition((text?.utf8.count ?? 0) <= options.limits.maxValueBytes)
        }
    }
    return 0
}
