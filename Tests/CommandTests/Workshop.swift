// A directory of its own for each test, with pictures, models and a way to run the program that was built.

import Detection
import Files
import Foundation
import Imaging

/// What a run of the program left behind.
struct Run {
    let status: Int32
    /// Whether a signal ended it.
    let wasSignalled: Bool
    let output: String
    let errors: String

    /// Records on standard output, as objects.
    var records: [[String: Any]] { output.split(separator: "\n").map { object(String($0)) } }
}

func object(_ json: String) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? ["unreadable": json]
}

/// A temporary directory that is also the working directory of the program.
final class Workshop {
    let path: String
    /// The verdict that the model in `model.safetensors` gives to every picture.
    init(verdict: Verdict = .uncertain, blueprint: Blueprint = .crossdomain) {
        path = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        write("../\(modelName)", Workshop.model(verdict, blueprint))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path + "/../" + modelName)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Beside the directory, so that scans of the directory don't meet it.
    var modelName: String { (path as NSString).lastPathComponent + ".safetensors" }

    /// A detector whose weights are all zero: every score is exactly one half on every machine.
    static func model(_ verdict: Verdict, _ blueprint: Blueprint = .crossdomain) -> [UInt8] {
        var card = ModelCard(blueprint)
        switch verdict {
        case .fake: card.thresholds = Thresholds(fake: 0.25, real: 0.125, falseAlarmRate: 0.01, missRate: 0.05)
        case .real: card.thresholds = Thresholds(fake: 0.875, real: 0.75, falseAlarmRate: 0.01, missRate: 0.05)
        case .uncertain: card.thresholds = Thresholds(fake: 0.75, real: 0.25, falseAlarmRate: 0.01, missRate: 0.05)
        }
        return Detector(card: card, parameters: card.blueprint.makeNetwork().parameters).encoded()
    }

    func write(_ name: String, _ bytes: [UInt8]) {
        let file = path + "/" + name
        let parent = (file as NSString).deletingLastPathComponent
        try! FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        precondition(FileManager.default.createFile(atPath: file, contents: Data(bytes)))
    }

    func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

    func read(_ name: String) -> String { (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? "" }

    /// A picture with some structure.
    static func pixels(_ width: Int = 48, _ height: Int = 40) -> Pixels {
        var bytes: [UInt8] = []
        for index in 0..<(3 * width * height) {
            bytes.append(UInt8(truncatingIfNeeded: index &* index / 7 &+ index / 3))
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    static let jpeg = encodeJPEG(pixels(), quality: 90, subsampling: .s420)
    static let png = encodePNG(pixels())

    /// The program beside the tests.
    static let program: String = {
        let products = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder =
            products?.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent()
        return folder.appendingPathComponent("assay").path
    }()

    /// A scan with the test's model and without the summary line.
    func scan(_ arguments: String..., input: String? = nil) -> Run { scan(arguments, input: input) }

    func scan(_ arguments: [String], input: String? = nil) -> Run {
        run(["scan", "--model", "../" + modelName, "-q"] + arguments, input: input)
    }

    /// Runs a shell command line in which `$assay` is the program and `$model` the test's model.
    func shell(_ line: String, environment: [String: String] = [:]) -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["assay": Workshop.program, "model": "../" + modelName]) { $1 }.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try! process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal, output: text,
            errors: complaints)
    }

    func run(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) -> Run {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let output = path + "/../" + UUID().uuidString
        defer { for end in [".out", ".err", ".in"] { try? FileManager.default.removeItem(atPath: output + end) } }
        for (end, text) in [(".out", ""), (".err", ""), (".in", input ?? "")] {
            _ = FileManager.default.createFile(atPath: output + end, contents: Data(text.utf8))
        }
        process.standardOutput = FileHandle(forWritingAtPath: output + ".out")
        process.standardError = FileHandle(forWritingAtPath: output + ".err")
        process.standardInput = FileHandle(forReadingAtPath: output + ".in")
        try! process.run()
        process.waitUntilExit()
        func text(_ end: String) -> String {
            String(decoding: FileManager.default.contents(atPath: output + end)!, as: UTF8.self)
        }
        return Run(
            status: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal,
            output: text(".out"), errors: text(".err"))
    }
}

extension Workshop {
    /// More pixels than 5,000.
    static let largePNG = encodePNG(pixels(100, 80))
}

extension Workshop {
    /// Puts a detector with weights that are no zeros, and the same in every run, in the model's place.
    func useWeights(of blueprint: Blueprint) -> Detector {
        let network = blueprint.makeNetwork()
        var generator = Counter()
        network.initialise(from: &generator)
        let detector = Detector(card: ModelCard(blueprint), parameters: network.parameters)
        write("../" + modelName, detector.encoded())
        return detector
    }

    private struct Counter: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}

extension Workshop {
    /// A picture of noise that is different for each seed, with a brighter pixel at every `grid`.
    static func noise(_ seed: Int, _ width: Int, _ height: Int, grid: Int? = nil) -> [UInt8] {
        var state = UInt64(seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
        var bytes: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for _ in 0..<3 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let bump = grid.map { x % $0 == 0 && y % $0 == 0 ? 12 : 0 } ?? 0
                    bytes.append(UInt8(118 + Int(state >> 60) + bump))
                }
            }
        }
        return encodePNG(Pixels(width: width, height: height, bytes: bytes))
    }
}
