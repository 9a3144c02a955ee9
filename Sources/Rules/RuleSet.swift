// Compiled rules: made by the scan, handed as bytes to the process that matches them, and understood by the scan alone.

internal import CRules
internal import Glibc

/// Rules that have been compiled, or loaded from what another process compiled.
///
/// Matching changes the set, so each thread that matches loads its own.
@safe package final class RuleSet {
    /// In the order of compilation, private ones left out: they serve others and never match by themselves.
    package let rules: [Rule]
    /// Doubts of the compiler that keep no rule from working.
    package let warnings: [RuleError.Message]
    let handle: OpaquePointer
    /// The place of each of `rules` among all that were compiled.
    let places: [Int]

    private init(_ handle: OpaquePointer, warnings: [RuleError.Message]) throws(RuleError) {
        unsafe self.handle = unsafe handle
        self.warnings = warnings
        var (rules, places): ([Rule], [Int]) = ([], [])
        var faults: [RuleError.Message] = []
        let count = unsafe rules_count(handle)
        for place in 0..<count where unsafe !rules_is_private(handle, place) {
            var rule = unsafe Rule(
                namespace: String(cString: rules_namespace(handle, place)),
                name: String(cString: rules_name(handle, place)))
            while let tag = unsafe rules_tag(handle, place, rule.tags.count) {
                unsafe rule.tags.append(String(cString: tag))
            }
            var line = 0
            var meta = unsafe rules_meta()
            while unsafe rules_meta(handle, place, line, &meta) {
                line += 1
                if let fault = unsafe rule.take(String(cString: meta.name), RuleSet.value(meta)) {
                    faults.append(RuleError.Message(file: rule.namespace, line: 0, text: fault))
                }
            }
            rules.append(rule)
            places.append(place)
        }
        (self.rules, self.places) = (rules, places)
        if !faults.isEmpty { throw RuleError(faults) }
    }

    deinit { unsafe rules_destroy(handle) }

    private static func value(_ meta: rules_meta) -> Rule.Meta {
        if let text = unsafe meta.text { return .text(unsafe String(cString: text)) }
        return unsafe meta.is_integer ? .integer(Int(meta.integer)) : .boolean(meta.integer != 0)
    }

    /// Compiles texts of rules, which may ask for `variables`.
    package static func compile(
        _ sources: [RuleSource], variables: [RuleVariable], include: @escaping RuleInclude = { _, _ in nil }
    ) throws(RuleError) -> RuleSet {
        let session = CompilerSession(include)
        let context = unsafe Unmanaged.passUnretained(session).toOpaque()
        guard let compiler = unsafe rules_compiler_create(report, findIncluded, context) else {
            throw RuleError(file: "rules", "no memory")
        }
        defer { unsafe rules_compiler_destroy(compiler) }
        for variable in variables {
            let status = unsafe rules_compiler_declare(compiler, variable.name, variable.kind.number)
            if status == rules_out_of_memory() { throw RuleError(file: "rules", "no memory") }
            guard status == 0 else {
                throw RuleError(file: "rules", "'\(variable.name)' can't name a variable, or does so twice")
            }
        }
        for source in sources {
            let errors = unsafe source.text.withUnsafeBytes { text in
                unsafe rules_compiler_add(
                    compiler, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, source.namespace,
                    source.file)
            }
            guard errors == 0 else {
                let unknown = RuleError.Message(file: source.file, line: 0, text: "can't be compiled")
                throw RuleError(session.errors.isEmpty ? [unknown] : session.errors)
            }
        }
        var handle: OpaquePointer?
        let status = unsafe rules_compiler_finish(compiler, &handle)
        guard status == 0, let handle = unsafe handle else {
            throw RuleError(file: "rules", "can't be compiled (libyara's error \(status))")
        }
        do throws(RuleError) {
            return try unsafe RuleSet(handle, warnings: session.warnings)
        } catch {
            // The compiled form names namespaces, people know files.
            throw RuleError(
                error.messages.map { message in
                    let source = sources.first { $0.namespace == message.file }
                    return RuleError.Message(file: source?.file ?? message.file, line: 0, text: message.text)
                })
        }
    }

    /// Loads what `serialised` returned.  libyara believes compiled rules whatever they say, so they must come from this program.
    package static func load(_ bytes: UnsafeRawBufferPointer) throws(RuleError) -> RuleSet {
        var handle: OpaquePointer?
        let status = unsafe rules_load(
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &handle)
        guard status == 0, let handle = unsafe handle else {
            throw RuleError(file: "compiled rules", "can't be loaded (libyara's error \(status))")
        }
        return try unsafe RuleSet(handle, warnings: [])
    }

    /// The compiled rules for another process of this program.
    package func serialised() throws(RuleError) -> [UInt8] {
        let pieces = Pieces()
        let context = unsafe Unmanaged.passUnretained(pieces).toOpaque()
        let status = unsafe rules_save(
            handle,
            { context, bytes, count in
                let pieces = unsafe Unmanaged<Pieces>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
                unsafe pieces.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            }, context)
        guard status == 0 else { throw RuleError(file: "rules", "can't be saved (libyara's error \(status))") }
        return pieces.bytes
    }
}

/// What is gathered while libyara writes.
private final class Pieces {
    var bytes: [UInt8] = []
}

/// What is gathered while libyara compiles.
private final class CompilerSession {
    let include: RuleInclude
    var errors: [RuleError.Message] = []
    var warnings: [RuleError.Message] = []

    init(_ include: @escaping RuleInclude) { self.include = include }
}

private func report(
    _ context: UnsafeMutableRawPointer?, _ isError: Bool, _ file: UnsafePointer<CChar>?, _ line: Int32,
    _ text: UnsafePointer<CChar>?
) {
    guard let context = unsafe context, let file = unsafe file, let text = unsafe text else { return }
    let session = unsafe Unmanaged<CompilerSession>.fromOpaque(context).takeUnretainedValue()
    let message = unsafe RuleError.Message(
        file: String(cString: file), line: Int(line), text: String(cString: text))
    if isError { session.errors.append(message) } else { session.warnings.append(message) }
}

private func findIncluded(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ file: UnsafePointer<CChar>?
) -> UnsafeMutablePointer<CChar>? {
    guard let context = unsafe context, let name = unsafe name, let file = unsafe file else { return nil }
    let session = unsafe Unmanaged<CompilerSession>.fromOpaque(context).takeUnretainedValue()
    guard let text = unsafe session.include(String(cString: name), String(cString: file)) else { return nil }
    return unsafe strndup(text.map { CChar(bitPattern: $0) }, text.count)
}

extension RuleVariable.Kind {
    fileprivate var number: rules_kind {
        switch self {
        case .boolean: RULES_BOOLEAN
        case .integer: RULES_INTEGER
        case .number: RULES_FLOAT
        case .text: RULES_TEXT
        }
    }
}
