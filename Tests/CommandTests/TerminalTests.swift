// Names are chosen by whoever makes files: on a terminal none may steer it or seem another, and elsewhere each is what it is.

import Files
import Foundation
import Testing

struct TerminalTests {
    /// A picture's name, and how it is written on a terminal.
    static let names: [(name: String, shown: String)] = [
        ("red\u{1B}[31m.png", "red\\x1b[31m.png"),
        ("csi\u{9B}31m.png", "csi\\x9b31m.png"),
        ("gpj.\u{202E}exe.png", "gpj.\\u{202e}exe.png"),
        ("line\u{2028}separator.png", "line\\u{2028}separator.png"),
        ("mark\u{FEFF}.png", "mark\\u{feff}.png"),
        ("tag\u{E0041}\u{E007F}.png", "tag\\u{e0041}\\u{e007f}.png"),
        ("bell\u{7}\u{7F}.png", "bell\\x07\\x7f.png"),
        ("plain é 👩‍🚀.png", "plain é 👩‍🚀.png"),
    ]

    private func isQuiet(_ text: String) -> Bool {
        !text.unicodeScalars.contains { scalar in
            let value = scalar.value
            return value < 0x20 && value != 10 || (0x7F...0x9F).contains(value)
                || [0x202E, 0x2028, 0xFEFF].contains(value) || (0xE0000...0xE007F).contains(value)
        }
    }

    @Test(arguments: names) func aListIsSafeOnATerminalAndExactElsewhere(_ name: String, _ shown: String) {
        let shop = Workshop(verdict: .fake)
        shop.write(name, Workshop.png)
        let words = ["scan", "-q", "--list", "--model", "../" + shop.modelName, name]
        #expect(shop.onTerminal(words) == shown + "\n")
        #expect(Array(shop.run(words).output.utf8) == Array(name.utf8) + [10])
        #expect(shop.run(words + ["-o", "out"]).output == "" && shop.read("out") == name + "\n")
    }

    @Test(arguments: names) func hashesAreSafeOnATerminalAndExactElsewhere(_ name: String, _ shown: String) {
        let shop = Workshop()
        shop.write(name, Workshop.png)
        let digest = SHA256.hexadecimal(of: Workshop.png)
        #expect(shop.onTerminal(["hash", "--sha256", name]) == "\(digest)  \(shown)\n")
        #expect(Array(shop.run(["hash", "--sha256", name]).output.utf8) == Array("\(digest)  \(name)\n".utf8))
        let line = shop.onTerminal(["hash", "--pdq", name])
        #expect(line.contains(shown) && isQuiet(line))
        #expect(shop.run(["hash", "--pdq", name]).output.contains(name))
    }

    /// JSON is the same for everyone; a record of any name is read back as it was, and steers nothing.
    @Test(arguments: names) func recordsAreTheSameOnATerminal(_ name: String, _: String) throws {
        let shop = Workshop(verdict: .real)
        shop.write(name, Workshop.png)
        let words = ["scan", "-q", "--fields", "minimal", "--model", "../" + shop.modelName, name]
        let shown = shop.onTerminal(words)
        #expect(shown == shop.run(words).output)
        #expect(object(shown)["path"] as? String == name)
        #expect(
            !shown.unicodeScalars.contains { $0.value < 0x20 && $0.value != 10 || (0x7F...0x9F).contains($0.value) })
    }
}
