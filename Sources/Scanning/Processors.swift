// How many CPUs this process may use, which in a container is fewer than the machine has.

internal import CProcess
internal import Files

/// CPUs of the affinity mask (`sched_getaffinity`), fewer when the control group's quota (`cpu.max`) is smaller.
package func availableProcessors() -> Int {
    var count = Int(process_processors())
    let path = PathBytes("/sys/fs/cgroup/cpu.max")
    var text = [UInt8](repeating: 0, count: 64)
    if let file = try? OpenFile.open(path, in: nil, followingLinks: false),
        let length = try? unsafe text.withUnsafeMutableBytes({ try unsafe file.read(into: $0) })
    {
        let words = String(decoding: text[..<length], as: UTF8.self).split { $0 == " " || $0 == "\n" }
        if words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), period > 0 {
            count = min(count, (quota + period - 1) / period)
        }
    }
    return max(1, count)
}
