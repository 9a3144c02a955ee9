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
    /// - Parameter wrapper: a command line that runs another, whose words it is followed by.
    init(
        _ shop: Workshop, _ arguments: String..., directory: String = "in", wrapper: [String] = [],
        output: FileHandle? = nil, environment: [String: String] = [:]
    ) {
        self.shop = shop
        errorName = shop.path + "/../" + UUID().uuidString + ".err"
        _ = FileManager.default.createFile(atPath: errorName, contents: nil)
        let words =
            wrapper + [Workshop.program, "watch", directory, "--model", "../" + shop.modelName] + arguments
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

    /// Ends the watch, by SIGTERM unless told otherwise, and returns its status.
    @discardableResult func end(_ number: Int32 = SIGTERM) -> Int32 {
        signal(number)
        return status()
    }

    func status() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// Waits until `condition` holds; false when it does not for a long time.
func eventually(_ seconds: Double = 120, _ condition: () -> Bool) -> Bool {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(seconds)
    while clock.now < limit {
        if condition() { return true }
        usleep(50_000)
    }
    return condition()
}

extension Workshop {
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
