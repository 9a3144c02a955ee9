// The process that unpacks an archive other than a tar: it reads the archive, writes what it unpacks, and can do nothing else.

internal import CProcess
internal import CUnpack
internal import Files
internal import Glibc

/// The child's side of `ConfinedUnpacker`.
package struct UnpackingService {
    /// Descriptors that `process_spawn` hands on.
    private static let socket: Int32 = 3
    private static let archive: Int32 = 4
    private static let unpacked: Int32 = 5

    package init() {}

    /// Unpacks what its parent says; the result is the exit status, nil if no parent has sent settings.
    package func run() -> Int32? {
        guard let message = UnpackingService.receive(UnpackingMessage.largest),
            let wanted = try? UnpackingMessage(decoding: message)
        else { return nil }
        let beginning = wanted.beginning > 0 ? UnpackingService.receive(wanted.beginning) ?? [] : []
        guard beginning.count == wanted.beginning else { return 1 }
        // What a confined process can't do any more: reach the library, and the files that the C library reads for it.
        guard wanted.kind.load() else {
            return UnpackingService.say(.unsupported("whose library is missing"))
        }
        unpack_prepare_process()
        guard process_confine(wanted.settings.memory, wanted.settings.isolation.rawValue, PROCESS_UNPACKS) == 0 else {
            return Int32(PROCESS_NOT_CONFINED)
        }
        let repacker = Repacker(
            kind: wanted.kind, descriptor: UnpackingService.archive, start: wanted.start < 0 ? nil : wanted.start,
            beginning: beginning, largest: wanted.settings.largest, timeout: wanted.settings.timeout,
            write: { (try? writeAll($0, to: UnpackingService.unpacked)) != nil },
            sign: { UnpackingService.send(UnpackingReport.sign) },
            meet: { name in
                #if DEBUG
                    unsafe name.withUnsafeBytes { unsafe Misbehaviour.show($0, socket: UnpackingService.socket) }
                #endif
            })
        return UnpackingService.say(repacker.run())
    }

    private static func say(_ report: UnpackingReport) -> Int32 {
        send(report.encoded)
        return 0
    }

    private static func send(_ message: [UInt8]) {
        _ = unsafe Glibc.send(socket, message, message.count, Int32(MSG_NOSIGNAL))
    }

    private static func receive(_ limit: Int) -> [UInt8]? {
        var message = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(socket, &message, limit, 0)
        return count > 0 ? Array(message[..<count]) : nil
    }
}
