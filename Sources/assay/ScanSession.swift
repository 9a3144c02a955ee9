// A scan with its surroundings: signals that end it, the progress line, descriptors enough for deep trees.

import Files
internal import Glibc
import Scanning
import Threads

/// Runs a scan while one thread listens for signals and draws progress.
struct ScanSession {
    private let signals: SignalPipe
    private let showsProgress: Bool

    init(showsProgress: Bool) throws(FileError) {
        self.showsProgress = showsProgress
        signals = try SignalPipe()
        ScanSession.prepareProcess()
    }

    /// Makes a closed pipe an error, and takes all descriptors that the process may have.
    static func prepareProcess() {
        signal(SIGPIPE, SIG_IGN)
        raiseDescriptorLimit()
    }

    /// Raises the number of descriptors that this process may have as far as it goes, and returns it.
    @discardableResult static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 256 }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(resource, &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// Runs `scanner` to its end or until a signal; returns that signal.  A second signal ends the process at once.
    func run(_ scanner: Scanner, _ sink: RecordSink) -> Int32? {
        let listener = BackgroundTask { [signals, showsProgress] in
            var progress = Progress()
            var caught: Int32?
            while true {
                switch signals.wait(milliseconds: showsProgress ? 200 : -1) {
                case .signal(let number):
                    if caught != nil { SignalPipe.end(by: number) }
                    caught = number
                    scanner.stop()
                case .timeout: if showsProgress { progress.draw(sink.tally) }
                case .finished:
                    progress.clear()
                    return caught
                }
            }
        }
        scanner.run()
        signals.finish()
        return listener.result()
    }
}
