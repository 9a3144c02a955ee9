// Parts of a watch that need no directory: paths by watch, metrics, words to systemd, kinds of file systems.

import Files
import Foundation
import Testing

@testable import Watching

struct WatchPartsTests {
    private func entry(_ path: String, _ inode: UInt) -> WatchedDirectories.Entry {
        WatchedDirectories.Entry(
            path: PathBytes(path), relative: PathBytes(path), root: 0, identity: FileIdentity(device: 1, inode: inode))
    }

    @Test func aMovedDirectoryKeepsItsWatchAndLosesItsOldPath() {
        var directories = WatchedDirectories()
        directories.set(1, entry("r", 10))
        directories.set(2, entry("r/a", 11))
        directories.set(3, entry("r/ab", 12))
        directories.set(4, entry("r/a/c", 13))
        // A walk came by at its new place before the event of the move.
        directories.set(2, entry("r/b", 11))
        let removed = directories.removeAll(under: PathBytes("r/a"))
        #expect(removed == [4])
        #expect(directories[2]?.path == PathBytes("r/b"))
        #expect(directories[3]?.path == PathBytes("r/ab"))
        #expect(directories.watch(of: FileIdentity(device: 1, inode: 13)) == nil)
        #expect(directories.count == 3)
    }

    @Test func anInodeThatIsUsedAgainBelongsToTheNewWatch() {
        var directories = WatchedDirectories()
        directories.set(1, entry("a", 10))
        directories.set(2, entry("b", 10))
        #expect(directories[1] == nil)
        #expect(directories.watch(of: FileIdentity(device: 1, inode: 10)) == 2)
        // The old watch's end comes late and changes nothing.
        directories.remove(1)
        #expect(directories.watch(of: FileIdentity(device: 1, inode: 10)) == 2)
    }

    @Test func fileSystemsWithoutEventsAreTold() {
        #expect(FileSystemKind(magic: 0x6969).unreliable == "NFS")
        #expect(FileSystemKind(magic: 0xff53_4d42).unreliable == "CIFS")
        #expect(FileSystemKind(magic: 0x6573_5546).unreliable == "FUSE")
        #expect(FileSystemKind(magic: 0x794c_7630).unreliable == "overlay")
        for local: UInt32 in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994] {
            #expect(FileSystemKind(magic: local).unreliable == nil)
        }
    }

    @Test func digestsReadBack() {
        let digest = Digest128(of: [[1, 2], [3]])
        #expect(digest != Digest128(of: [[1], [2, 3]]))
        #expect(Digest128(Array(digest.text.utf8)) == digest)
        #expect(Digest128(Array("xyz".utf8)) == nil)
    }

    private var metrics: String {
        let statistics = WatchStatistics()
        statistics.countSeen()
        statistics.count(.overflow)
        statistics.count(verdict: .fake, code: nil, since: ContinuousClock().now)
        statistics.count(verdict: nil, code: "cor\"rupt\\\n", since: ContinuousClock().now - .seconds(20))
        return statistics.metrics((1, 2, 3), isBlocked: true, version: "1", model: "m")
    }

    @Test func metricsCountWhatHasBeen() {
        let text = metrics
        #expect(text.contains("assay_watch_latency_seconds_bucket{le=\"10.0\"} 1\n"))
        #expect(text.contains("assay_watch_latency_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("assay_watch_rescans_total{cause=\"overflow\"} 1\n"))
        #expect(text.contains("assay_watch_scanned_total{verdict=\"fake\"} 1\n"))
    }

    private static let promtool = "/usr/bin/promtool"
    private static let hasPromtool = FileManager.default.isExecutableFile(atPath: promtool)

    @Test(.enabled(if: hasPromtool, "needs promtool (Debian: prometheus)"))
    func metricsPassPrometheusOwnChecks() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.promtool)
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
        try process.run()
        input.fileHandleForWriting.write(Data(metrics.utf8))
        try input.fileHandleForWriting.close()
        let complaints = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(complaints == "")
    }

    @Test func systemdHearsWhatItUnderstands() throws {
        let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString.prefix(8)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(socket)
            unlink(path)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        func heard() -> String {
            var bytes = [UInt8](repeating: 0, count: 1000)
            let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
        let notifier = ServiceNotifier(socket: path, watchdog: nil)
        notifier.ready("watches stand")
        #expect(heard() == "READY=1\nSTATUS=watches stand")
        notifier.reloading()
        let reloading = heard().split(separator: "\n")
        #expect(reloading.first == "RELOADING=1")
        #expect(Int(reloading.last?.dropFirst("MONOTONIC_USEC=".count) ?? "") ?? 0 > 0)
        notifier.isAlive()
        #expect(heard() == "WATCHDOG=1")
        notifier.stopping("bye")
        #expect(heard() == "STOPPING=1\nSTATUS=bye")
        ServiceNotifier(socket: nil, watchdog: nil).isAlive()
        #expect(heard() == "")
    }
}
