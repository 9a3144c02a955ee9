// The whole program as a user runs it: started, waited for, and its memory watched from outside.
import Glibc

/// A program that was started by this one, with all that it starts itself.
@safe struct ChildProcess {
    private let process: pid_t

    /// Starts `words[0]` with standard output thrown away.
    init(_ words: [String]) {
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in words.indices { unsafe free(arguments[index]) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var process: pid_t = 0
        let failure = unsafe posix_spawn(&process, words[0], &actions, nil, &arguments, environ)
        guard failure == 0 else { fatalError("\(words[0]) can't be started") }
        self.process = process
    }

    /// Waits for the end.
    func finish() {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        precondition(status == 0, "a scan of sound pictures succeeds")
    }

    /// Waits for the end, looking every 20 ms; returns the most memory, in bytes, that was seen in use. A page that several
    /// processes share counts once (PSS).
    func peakMemory() -> Int {
        var (peak, status) = (0, Int32(0))
        while unsafe waitpid(process, &status, WNOHANG) == 0 {
            peak = max(peak, ChildProcess.memory(process))
            usleep(20_000)
        }
        precondition(status == 0, "a scan of sound pictures succeeds")
        return peak
    }

    private static func memory(_ process: pid_t) -> Int {
        let line = text("/proc/\(process)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Pss:") }
        let own = line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
        // Decoders are children of the worker threads that started them.
        let children = entries("/proc/\(process)/task").flatMap { task in
            text("/proc/\(process)/task/\(task)/children").split(separator: " ").compactMap { pid_t($0) }
        }
        return own * 1024 + children.reduce(0) { $0 + memory($1) }
    }

    /// What is gone by the time it is read is empty.
    private static func text(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}

/// Names in a folder but for hidden ones; none where it is no folder.
private func entries(_ folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names
}

/// Files below a folder.
func fileCount(_ folder: String) -> Int {
    entries(folder).reduce(0) { count, name in
        let below = fileCount("\(folder)/\(name)")
        return count + max(below, 1)
    }
}
