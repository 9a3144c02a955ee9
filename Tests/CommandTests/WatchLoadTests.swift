// A watched directory under load and hardship, by the real program: nothing is lost.

import Files
import Foundation
import Testing

struct WatchLoadTests {
    let shop = Workshop.watched()

    enum Hardship: String, CaseIterable { case none, stopped, fewWatches, polled, killed }

    /// What `max_inotify_watches` or `max_inotify_instances` of a user namespace has the watch run with.
    private func limited(_ limit: String) -> [String] {
        ["unshare", "-Ur", "sh", "-c", "echo \(limit) && exec \"$@\"", "sh"]
    }

    /// Creates, renames, moves, replaces, links, deletes and writes slowly, in many new directories.
    ///
    /// `ASSAY_SOAK` multiplies what is done, for `make soak`.
    @Test(arguments: Hardship.allCases) func underLoadNothingIsLost(_ hardship: Hardship) async throws {
        let factor = ProcessInfo.processInfo.environment["ASSAY_SOAK"].flatMap { Int($0) } ?? 1
        let wrapper: [String] =
            switch hardship {
            case .fewWatches: limited("50 > /proc/sys/user/max_inotify_watches")
            case .polled: limited("0 > /proc/sys/user/max_inotify_instances")
            default: []
            }
        func start() -> WatchRun { WatchRun(shop, "-o", "out", "--poll", "0.5", wrapper: wrapper) }
        shop.put("first.png", -1)
        var watch = start()
        if hardship != .killed { #expect(await shop.isRecorded()) }
        let load = Load(shop.path, seed: 7)
        let files = 8
        for round in 0..<(hardship == .killed ? 20 : 4 * factor) {
            if hardship == .stopped && round == 1 {
                watch.signal(SIGSTOP)
                // The kernel keeps 16,384 events unless told otherwise.
                load.rewrite("in/busy.png", times: 9000)
            }
            load.work(directories: hardship == .killed ? 2 : 12, files: files)
            if hardship == .killed {
                usleep(UInt32.random(in: 0..<600_000))
                watch.end(SIGKILL)
                watch = start()
            }
        }
        load.finish()
        if hardship == .none { load.burst(directories: min(200, 20 * factor), files: min(100, 50 * factor)) }
        if hardship == .stopped { watch.signal(SIGCONT) }
        #expect(await eventually(600) { shop.faults() == [] })
        #expect(shop.faults() == [])
        #expect(watch.end() == 0)
        let words = [
            "stopped": "fs.inotify.max_queued_events", "fewWatches": "fs.inotify.max_user_watches",
            "polled": "fs.inotify.max_user_instances",
        ]
        if let word = words[hardship.rawValue] { #expect(watch.errors.contains(word)) }
    }
}
