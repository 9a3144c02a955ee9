// Where the text of rules comes from; who reads files decides how, so that this module opens none.

/// A text of rules.
package struct RuleSource: Sendable {
    /// What messages call it.
    package let file: String
    /// Keeps its rules' names apart from those of other texts.
    package let namespace: String
    package let text: [UInt8]

    package init(file: String, namespace: String, text: [UInt8]) {
        (self.file, self.namespace, self.text) = (file, namespace, text)
    }
}

/// Finds what `include "name"` of the file `from` names.
package typealias RuleInclude = (_ name: String, _ from: String) -> [UInt8]?
