// The words that a service says to systemd, over a socket and without a library.

internal import Glibc

/// The protocol of `sd_notify(3)`: datagrams to the socket that `NOTIFY_SOCKET` names.  Says nothing where there is none.
package struct ServiceNotifier: Sendable {
    private let address: [UInt8]?
    /// How often the service has to show that it gets on, if at all.
    package let watchdog: Duration?

    /// Reads the environment and takes it away, so that no child speaks in our name.
    package init() {
        func variable(_ name: String) -> String? {
            defer { unsafe unsetenv(name) }
            return unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        let socket = variable("NOTIFY_SOCKET")
        let process = variable("WATCHDOG_PID")
        let interval = variable("WATCHDOG_USEC").flatMap { Int($0) }
        self.init(
            socket: socket,
            watchdog: process == nil || process == String(getpid()) ? interval.map { .microseconds($0) } : nil)
    }

    init(socket: String?, watchdog: Duration?) {
        var bytes = Array((socket ?? "").utf8)
        // An abstract address begins with a zero, which the environment can't hold.
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        address = bytes.isEmpty || bytes.count > 107 ? nil : bytes
        self.watchdog = watchdog
    }

    package func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    package func status(_ status: String) { send("STATUS=\(status)") }
    package func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(status)") }
    package func isAlive() { send("WATCHDOG=1") }

    /// To be followed by `ready`.
    package func reloading() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)")
    }

    private func send(_ text: String) {
        guard let address else { return }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        // A listener that does not listen must not hold up the watch.
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: address) }
        let length = socklen_t((MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + address.count)
        let bytes = Array(text.utf8)
        unsafe withUnsafePointer(to: &target) { pointer in
            _ = unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
