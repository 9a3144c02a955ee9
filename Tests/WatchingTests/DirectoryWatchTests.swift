// A watch of a real directory in which the test stands where the scanner would.

import Files
import Foundation
import Scanning
import Testing
import Threads

@testable import Watching

/// Serialised, since there is one inotify for a process.
@Suite(.serialized) struct DirectoryWatchTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func put(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: (folder + "/" + name as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        // Whole from the first moment on, however slow this machine is.
        try Data(name.utf8).write(to: URL(fileURLWithPath: folder + ".new"))
        #expect(rename(folder + ".new", folder + "/" + name) == 0)
    }

    /// What the test and the thread that watches share.
    private final class Shared: Sendable {
        let exchange: WatchExchange
        let wake: WakePipe
        let goesOn = Monitor(true)
        let passed = Monitor(0)

        init(capacity: Int) throws {
            wake = try WakePipe()
            exchange = WatchExchange(RecordIndex(), capacity: capacity, wake: wake)
        }

        func stop() {
            goesOn.with { $0 = false }
            wake.wake()
        }
    }

    /// Starts a watch of the folder.
    ///
    /// - Parameters:
    ///   - passesUntil: files with an older change count as dealt with.
    ///   - ready: called when the watches stand and nothing was walked yet.
    private func watch(
        _ shared: Shared, capacity: Int, passesUntil: Timestamp? = nil, ready: @escaping @Sendable () -> Void = {}
    ) -> BackgroundTask<WatchEnd> {
        let folder = folder
        return BackgroundTask {
            var plan = WatchPlan()
            plan.roots = [PathBytes(folder)]
            plan.settle = .milliseconds(10)
            plan.capacity = capacity
            let watch = DirectoryWatch(
                plan, shared.exchange, WatchStatistics(), wake: shared.wake, passesExisting: false,
                DirectoryWatch.Listener(
                    ready: ready, tick: {}, warn: { Issue.record("\($0)") },
                    pass: { _, _ in shared.passed.with { $0 += 1 } }, goesOn: { shared.goesOn.with { $0 } }))
            watch.passesUntil = passesUntil
            return watch.run()
        }
    }

    private func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<2400 where !condition() { try? await Task.sleep(for: .milliseconds(50)) }
        return condition()
    }

    /// Takes what is ready, as a scanner that finds no pictures.
    private func take(_ shared: Shared) -> String? {
        guard let flight = shared.exchange.next() else { return nil }
        shared.exchange.finish(flight, nil, .whole, isUnread: false)
        return String(flight.path.lossy.dropFirst(folder.count + 1))
    }

    @Test func whatArrivesDuringTheFirstWalkIsNotHeldUpByWhatTheWalkFinds() async throws {
        for number in 0..<60 { try put("old/\(number)") }
        // Two files may be ready in each lane and four of the backlog may settle: the walk stands still.
        let shared = try Shared(capacity: 2)
        let watch = watch(shared, capacity: 16)
        #expect(await eventually { shared.exchange.counts.ready == 2 })
        try put("arrived")
        try put("new/directory/arrived")
        #expect(await eventually { shared.exchange.counts.ready == 4 })
        var taken = (0..<2).compactMap { _ in take(shared) }
        #expect(Set(taken) == ["arrived", "new/directory/arrived"])
        while Set(taken).count < 62 {
            #expect(await eventually { shared.exchange.counts.ready > 0 })
            guard shared.exchange.counts.ready > 0, let path = take(shared) else { break }
            taken.append(path)
        }
        #expect(taken.count == 62)
        shared.stop()
        #expect(watch.result() == .stopped)
    }

    /// As if the clock had been set back at the start, so that what arrives looks older than the watch.
    @Test func whatArrivesUnderAClockThatWasSetBackIsNotTakenForOld() async throws {
        try put("old")
        let folder = folder
        let shared = try Shared(capacity: 10)
        let watch = watch(shared, capacity: 100, passesUntil: Timestamp(seconds: 4_000_000_000)) {
            _ = FileManager.default.createFile(atPath: folder + "/arrived", contents: Data([1]))
        }
        #expect(await eventually { shared.exchange.counts.ready == 1 })
        #expect(take(shared) == "arrived")
        #expect(await eventually { shared.passed.with { $0 } == 1 })
        shared.stop()
        #expect(watch.result() == .stopped)
    }
}
