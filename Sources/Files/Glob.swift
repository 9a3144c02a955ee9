// File name patterns as gitignore and ripgrep read them, matched over bytes in time linear in the name.

/// One compiled pattern: `*` and `?` stop at slashes, `**` does not, `[a-z]`, `[!a-z]`, `{a,b}`, `\` quotes.
///
/// A pattern without a slash (other than one at its end) is matched against the last component of a path at any depth;
/// with one it is matched against the path below the operand.  A slash at the end makes it match directories only.
package struct Glob: Sendable {
    private let alternatives: [[Token]]
    private let matchesWholePath: Bool
    /// Whether only directories match.
    let directoriesOnly: Bool

    private enum Token: Sendable {
        case byte(UInt8)
        /// Any byte but a slash.
        case one
        /// Continuation bytes of the UTF-8 character before.
        case continuations
        /// Any bytes but slashes.
        case star
        /// Any bytes.
        case anything
        /// Nothing, or whole leading directories with their slash.
        case directories
        case set([Bool])
    }

    package init(_ pattern: PathBytes) throws(GlobError) {
        var bytes = pattern.bytes[...]
        directoriesOnly = bytes.count > 1 && bytes.last == slash
        if directoriesOnly { bytes = bytes.dropLast() }
        matchesWholePath = bytes.contains(slash)
        if bytes.first == slash { bytes = bytes.dropFirst() }
        var expanded: [[Token]] = []
        do throws(GlobError.Reason) {
            for alternative in try Glob.expandBraces(bytes) { expanded.append(try Glob.compile(alternative)) }
        } catch {
            throw GlobError(pattern: pattern, reason: error)
        }
        alternatives = expanded
    }

    /// Whether the pattern matches `path`, the path below the operand.
    package func matches(_ path: PathBytes) -> Bool {
        let name = matchesWholePath ? path.bytes[...] : path.lastComponent
        return alternatives.contains { Glob.run($0, on: name) }
    }

    /// Steps a set of reached tokens over the name; token `count` is acceptance.
    private static func run(_ tokens: [Token], on name: ArraySlice<UInt8>) -> Bool {
        var reached = [Bool](repeating: false, count: tokens.count + 1)
        var next = reached
        enter(0, tokens, &reached)
        for byte in name {
            for index in next.indices { next[index] = false }
            for (index, token) in tokens.enumerated() where reached[index] {
                switch token {
                case .byte(let wanted): if byte == wanted { enter(index + 1, tokens, &next) }
                case .one: if byte != slash { enter(index + 1, tokens, &next) }
                case .set(let members): if members[Int(byte)] { enter(index + 1, tokens, &next) }
                case .continuations: if byte & 0xc0 == 0x80 { enter(index, tokens, &next) }
                case .star: if byte != slash { enter(index, tokens, &next) }
                case .anything: enter(index, tokens, &next)
                case .directories:
                    next[index] = true
                    if byte == slash { enter(index + 1, tokens, &next) }
                }
            }
            swap(&reached, &next)
        }
        return reached[tokens.count]
    }

    /// Marks a token as reached, and those behind it that need no byte.
    private static func enter(_ index: Int, _ tokens: [Token], _ set: inout [Bool]) {
        set[index] = true
        guard index < tokens.count else { return }
        switch tokens[index] {
        case .star, .anything, .continuations, .directories: enter(index + 1, tokens, &set)
        default: break
        }
    }

    private static func compile(_ pattern: ArraySlice<UInt8>) throws(GlobError.Reason) -> [Token] {
        var tokens: [Token] = []
        var rest = pattern
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"):
                guard let quoted = rest.popFirst() else { throw .quotesNothing }
                tokens.append(.byte(quoted))
            case UInt8(ascii: "?"): tokens += [.one, .continuations]
            case UInt8(ascii: "*"):
                guard rest.first == UInt8(ascii: "*") else {
                    tokens.append(.star)
                    continue
                }
                while rest.first == UInt8(ascii: "*") { rest = rest.dropFirst() }
                if rest.first == slash {
                    rest = rest.dropFirst()
                    tokens.append(.directories)
                } else {
                    tokens.append(.anything)
                }
            case UInt8(ascii: "["):
                let (set, negated, after) = try characterSet(rest)
                tokens.append(.set(set))
                if negated { tokens.append(.continuations) }
                rest = after
            default: tokens.append(.byte(byte))
            }
        }
        return tokens
    }

    /// Reads the inside of `[…]`.
    private static func characterSet(
        _ text: ArraySlice<UInt8>
    ) throws(GlobError.Reason) -> (Set: [Bool], negated: Bool, ArraySlice<UInt8>) {
        var rest = text
        let negated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if negated { rest = rest.dropFirst() }
        var members = [Bool](repeating: false, count: 256)
        var isFirst = true
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "]") && !isFirst {
                if negated { members = members.map { !$0 } }
                members[Int(slash)] = false
                return (members, negated, rest)
            }
            isFirst = false
            if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first, end != UInt8(ascii: "]") {
                guard byte <= end else { throw .backwards }
                for member in byte...end { members[Int(member)] = true }
                rest = rest.dropFirst(2)
            } else {
                members[Int(byte)] = true
            }
        }
        throw .bracketWithoutEnd
    }

    /// `a{b,c}d` becomes `abd` and `acd`; braces nest.
    private static func expandBraces(_ pattern: ArraySlice<UInt8>) throws(GlobError.Reason) -> [ArraySlice<UInt8>] {
        var whole = [pattern]
        var finished: [ArraySlice<UInt8>] = []
        // The first braces of each are replaced by what they offer, until none has any.
        while let next = whole.popLast() {
            guard let braces = try firstBraces(of: next) else {
                finished.append(next)
                continue
            }
            guard finished.count + whole.count + braces.alternatives.count <= 1000 else { throw .tooManyAlternatives }
            let (before, after) = (next[..<braces.range.lowerBound], next[braces.range.upperBound...])
            whole += braces.alternatives.reversed().map { (before + $0 + after)[...] }
        }
        return finished
    }

    /// Where the first `{…}` is that is neither quoted nor inside `[…]`, and what stands between its own commas.
    private static func firstBraces(
        of pattern: ArraySlice<UInt8>
    ) throws(GlobError.Reason) -> (range: Range<Int>, alternatives: [ArraySlice<UInt8>])? {
        var depth = 0
        var (start, partStart) = (0, 0)
        var parts: [ArraySlice<UInt8>] = []
        var index = pattern.startIndex
        while index < pattern.endIndex {
            switch pattern[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "["): index = try characterSet(pattern[(index + 1)...]).2.startIndex - 1
            case UInt8(ascii: "{"):
                depth += 1
                if depth == 1 { (start, partStart) = (index, index + 1) }
            case UInt8(ascii: ",") where depth == 1:
                parts.append(pattern[partStart..<index])
                partStart = index + 1
            case UInt8(ascii: "}") where depth > 0:
                depth -= 1
                if depth == 0 { return (start..<(index + 1), parts + [pattern[partStart..<index]]) }
            default: break
            }
            index += 1
        }
        if depth > 0 { throw .braceWithoutEnd }
        return nil
    }
}

/// A pattern that means nothing: taken for plain text it would silently leave out files.
package struct GlobError: Error {
    let pattern: PathBytes
    let reason: Reason

    enum Reason: String, Error {
        case bracketWithoutEnd = "a [ has no ]"
        case braceWithoutEnd = "a { has no }"
        case backwards = "a range in brackets goes backwards"
        case quotesNothing = "the backslash at its end quotes nothing"
        case tooManyAlternatives = "its braces come to more than 1000 patterns"
    }

    package var message: String { "The pattern '\(pattern.escaped)' can't be parsed: \(reason.rawValue)" }
}

private let slash = UInt8(ascii: "/")

/// Which files of a walk are wanted: all, or those some include matches, but none that an exclude matches.
package struct PathFilter: Sendable {
    private var includes: [Glob] = []
    private var excludes: [Glob] = []

    package init() {}

    package init(includes: [PathBytes] = [], excludes: [PathBytes] = []) throws(GlobError) {
        for pattern in includes {
            if pattern.bytes.first == UInt8(ascii: "!") {
                self.excludes.append(try Glob(PathBytes(Array(pattern.bytes.dropFirst()))))
            } else if pattern.bytes.last == slash {
                self.includes.append(try Glob(PathBytes([42, 42, slash] + pattern.bytes + [42, 42])))
            } else {
                self.includes.append(try Glob(pattern))
            }
        }
        for pattern in excludes { self.excludes.append(try Glob(pattern)) }
    }

    /// Whether a file at `path` below the operand is wanted.
    package func wantsFile(_ path: PathBytes) -> Bool {
        (includes.isEmpty || includes.contains { $0.matches(path) })
            && !excludes.contains { !$0.directoriesOnly && $0.matches(path) }
    }

    /// Whether a directory at `path` below the operand is entered.
    package func entersDirectory(_ path: PathBytes) -> Bool { !excludes.contains { $0.matches(path) } }
}
