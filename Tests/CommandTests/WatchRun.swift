// A watch that a test runs, and what it must have recorded.

import Files
import Foundation
import Imaging
import Testing

/// A running `assay watch` in a workshop.
final class WatchRun {
    private let shop: Workshop
    private let process = Process()
    private let errorName: String

    /// Watches `in`; the standard output is dropped unless `output` is given.
    ///
    /// - Parameter settle: less than the program's own, so that tests wait less.
    /// - Parameter wrapper: a command line that runs another, whose words it is followed by.
    init(
        _ shop: Workshop, _ arguments: String..., directory: String = "in", settle: String = "0.05",
        wrapper: [String] = [],
        output: FileHandle? = nil, environment: [String: String] = [:]
    ) {
        self.shop = shop
        errorName = shop.path + "/../" + UUID().uuidString + ".err"
        _ = FileManager.default.createFile(atPath: errorName, contents: nil)
        let words =
            wrapper + [
                Workshop.program, "watch", directory, "--model", "../" + shop.modelName, "--settle", settle,
            ] + arguments
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: errorName)
        try! process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: errorName)
    }

    var errors: String { (try? String(contentsOfFile: errorName, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    var identifier: pid_t { process.processIdentifier }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// How many files are ready to be scanned, and how many settle, are ready or in work, as the watch says itself; nil before it has
    /// said so.
    var waiting: (ready: Int, all: Int)? {
        signal(SIGUSR1)
        let words = errors.split(separator: "\n").last?.split(separator: " ") ?? []
        let numbers = ["settling,", "ready,", "in"].compactMap { name in
            words.firstIndex { $0 == name }.flatMap { $0 > 0 ? Int(words[$0 - 1]) : nil }
        }
        return numbers.count == 3 ? (numbers[1], numbers.reduce(0, +)) : nil
    }

    /// Ends the watch, by SIGTERM unless told otherwise, and returns its status.
    @discardableResult func end(_ number: Int32 = SIGTERM) -> Int32 {
        signal(number)
        return status()
    }

    /// The status with which the watch ends by itself; one that does not end in a minute is killed.
    func status() -> Int32 {
        for _ in 0..<1200 where process.isRunning { usleep(50_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// Waits until `condition` holds; false when it does not for a long time.
///
/// Other tests go on meanwhile.
func eventually(_ seconds: Double = 120, _ condition: () -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(seconds)
    while clock.now < limit {
        let start = clock.now
        if condition() { return true }
        // Looking must not keep what is looked at from its work.
        try? await Task.sleep(for: max(.milliseconds(50), start.duration(to: clock.now) * 2))
    }
    return condition()
}

extension Workshop {
    /// With a directory `in` to be watched, and a model that takes everything for a fake.
    static func watched() -> Workshop {
        let shop = Workshop(verdict: .fake)
        try! FileManager.default.createDirectory(atPath: shop.path + "/in", withIntermediateDirectories: true)
        return shop
    }

    /// Puts a picture into the watched directory.
    func put(_ name: String, _ number: Int) { write("in/" + name, Workshop.picture(number)) }

    /// Makes a file with this name, which need not be text.
    func write(_ name: [UInt8], _ bytes: [UInt8]) {
        let path = PathBytes(Array(self.path.utf8) + [47] + name)
        let descriptor = path.withCString { open($0, O_WRONLY | O_CREAT, 0o644) }
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    func move(_ old: String, _ new: String) { rename(path + "/" + old, path + "/" + new) }

    /// Gives a file a time of modification.
    func date(_ name: String, _ seconds: Int) {
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        utimensat(AT_FDCWD, path + "/" + name, &times, 0)
    }

    /// Waits until all pictures that are there have their one record in these files.
    func isRecorded(_ names: String...) async -> Bool {
        await eventually { faults(in: names.isEmpty ? ["out"] : names) == [] }
    }

    /// A small picture like no other with another number.
    static func picture(_ number: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<(3 * 16 * 16) { bytes.append(UInt8(truncatingIfNeeded: index &* index / 7)) }
        for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
        return encodePNG(Pixels(width: 16, height: 16, bytes: bytes))
    }

    /// Records in a file.
    func records(_ name: String = "out") -> [[String: Any]] {
        read(name).split(separator: "\n").map { object(String($0)) }
    }

    /// What is wrong with the records of the pictures below `directory`: each must have exactly one of its contents, and that must be
    /// its path's last.
    func faults(_ directory: String = "in", in names: [String] = ["out"]) -> [String] {
        var recorded: [[UInt8]: [String]] = [:]
        var faults: [String] = []
        for name in names {
            for line in read(name).split(separator: "\n") {
                let record = object(String(line))
                guard let shown = record["path"] as? String else {
                    faults.append("no record: \(line.prefix(80))")
                    continue
                }
                let exact = (record["pathBytes"] as? String).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
                recorded[exact ?? Array(shown.utf8), default: []].append(record["sha256"] as? String ?? "none")
            }
        }
        var count = 0
        var walker = Walker()
        walker.filter = try! PathFilter(excludes: ["*.part", "*.tmp"].map { PathBytes($0) })
        walker.walk(PathBytes(path + "/" + directory)) { found in
            guard case .file(let file) = found,
                let bytes = try? OpenFile.open(file.path, in: nil, followingLinks: false).readAll(limit: 1 << 20),
                bytes.starts(with: [0x89, 0x50])
            else { return true }
            count += 1
            let name = Array(file.path.bytes.dropFirst(path.utf8.count + 1))
            let digest = SHA256.hexadecimal(of: bytes)
            let records = recorded[name] ?? []
            if records.count(where: { $0 == digest }) != 1 || records.last != digest {
                faults.append("\(PathBytes(name).escaped): \(records.count) records")
            }
            return true
        }
        return faults + (count == 0 ? ["no pictures"] : [])
    }
}
