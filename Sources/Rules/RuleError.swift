// What is wrong with rules, in the form that compilers have taught everybody to read.

/// Why rules can't be used.
package struct RuleError: Error, Sendable, Equatable {
    /// Something about a place in a file.
    package struct Message: Sendable, Equatable {
        package let file: String
        /// From 1 on; 0 where the place is not known.
        package let line: Int
        package let text: String

        package init(file: String, line: Int, text: String) { (self.file, self.line, self.text) = (file, line, text) }

        /// `file:line: text`.
        package var description: String { line > 0 ? "\(file):\(line): \(text)" : "\(file): \(text)" }
    }

    package let messages: [Message]

    package init(_ messages: [Message]) { self.messages = messages }

    package init(file: String, line: Int = 0, _ text: String) {
        self.init([Message(file: file, line: line, text: text)])
    }

    /// One line for each message.
    package var message: String { messages.map(\.description).joined(separator: "\n") }
}
