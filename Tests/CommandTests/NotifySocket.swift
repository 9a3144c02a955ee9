// The end of systemd's notification socket at which systemd listens.

import Foundation

/// Collects what a service says by sd_notify.
final class NotifySocket {
    let path = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString.prefix(8)
    private let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    private var messages: [String] = []

    init() {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0)
    }

    deinit {
        close(socket)
        unlink(path)
    }

    /// All that was said since the start or `clear`, in order.
    var heard: [String] {
        var bytes = [UInt8](repeating: 0, count: 1000)
        while case let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT)), count > 0 {
            messages.append(String(decoding: bytes.prefix(count), as: UTF8.self))
        }
        return messages
    }

    func clear() {
        _ = heard
        messages = []
    }
}
