// A terminal that a program writes to, as one that somebody looks at.

import Foundation
import Glibc

// What the C library declares only for programs that ask for X/Open.
@_silgen_name("posix_openpt") private func posixOpenTerminal(_ flags: Int32) -> Int32
@_silgen_name("grantpt") private func grantTerminal(_ master: Int32) -> Int32
@_silgen_name("unlockpt") private func unlockTerminal(_ master: Int32) -> Int32
@_silgen_name("ptsname") private func terminalName(_ master: Int32) -> UnsafeMutablePointer<CChar>?

extension Workshop {
    /// Everything that the program writes to a terminal that is its standard output.
    func onTerminal(_ arguments: [String]) -> String {
        let master = posixOpenTerminal(O_RDWR | O_NOCTTY)
        precondition(master >= 0 && grantTerminal(master) == 0 && unlockTerminal(master) == 0)
        let terminal = open(terminalName(master)!, O_RDWR | O_NOCTTY)
        var settings = termios()
        tcgetattr(terminal, &settings)
        // Bytes as they are written.
        settings.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(terminal, TCSANOW, &settings)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardOutput = FileHandle(fileDescriptor: terminal)
        process.standardError = FileHandle.nullDevice
        try! process.run()
        close(terminal)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            // Fails when nobody has the terminal open any more.
            let count = Glibc.read(master, &part, part.count)
            if count <= 0 { break }
            bytes += part[..<count]
        }
        close(master)
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
