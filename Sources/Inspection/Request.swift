// What can be asked about a file.

/// A question about one file, which a `Finding` answers.
package enum Request: Sendable, Equatable {
    /// All facts, and scores.
    case judge
}
