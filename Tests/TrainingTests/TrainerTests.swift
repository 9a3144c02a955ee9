// What a training run promises: the same weights for the same seed whatever interrupts it, and a model that can be used.

import Detection
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct TrainerTests {
    /// A folder of noise: real pictures are rough, fake ones smooth, so that a few steps tell them apart.
    private func pictures(in folder: TemporaryFolder, each: Int = 12) throws {
        for index in 0..<each {
            for (label, step) in [("real", 1), ("fake", 4)] {
                var stream = RandomStream(seed: 9, UInt64(index), UInt64(step))
                let (width, height) = (136 + 4 * index, 132)
                let coarse = (0..<(width / step + 1) * (height / step + 1)).map { _ in
                    UInt8.random(in: 40...215, using: &stream)
                }
                let bytes = (0..<width * height).flatMap { place in
                    let value = coarse[place / width / step * (width / step + 1) + place % width / step]
                    return [value, value &+ 5, 255 - value]
                }
                let pixels = Pixels(width: width, height: height, bytes: bytes)
                try folder.write("\(label)/noise/\(index).png", encodePNG(pixels))
            }
        }
    }

    private func options(_ output: String, jobs: Int = 1) -> TrainerOptions {
        var options = TrainerOptions()
        options.output = output
        options.jobs = jobs
        options.epochs = 3
        options.batch = 8
        options.seed = 5
        return options
    }

    /// Runs to the end and returns the model file. `atEpoch` is called after each epoch but before its checkpoint is written.
    private func train(
        _ options: TrainerOptions, _ dataset: Dataset, atEpoch: @escaping () -> Void = {}
    ) throws -> [UInt8] {
        let trainer = Trainer(options, dataset, pictures: confined) { event in
            if case .epoch = event { atEpoch() }
        }
        let detector = try trainer.run().detector
        let written = [UInt8](try Data(contentsOf: URL(fileURLWithPath: options.output)))
        #expect(written == detector.encoded())
        #expect(!FileManager.default.fileExists(atPath: options.output + ".checkpoint"))
        return written
    }

    @Test func `a run killed after any epoch and resumed arrives at the same model, as does one with other jobs`()
        throws
    {
        let folder = try TemporaryFolder()
        try pictures(in: folder)
        let dataset = try Dataset.load(folder.path)
        let models = try TemporaryFolder()

        // The whole run leaves a copy of every checkpoint behind, as a kill would.
        let whole = options(models.path + "/whole")
        var copies: [String] = []
        let expected = try train(whole, dataset) {
            let (from, to) = (whole.output + ".checkpoint", models.path + "/killed\(copies.count)")
            if (try? FileManager.default.copyItem(atPath: from, toPath: to + ".checkpoint")) != nil {
                copies.append(to)
            }
        }
        #expect(copies.count == 3)

        for (index, copy) in copies.enumerated() {
            var resumed = options(copy, jobs: index + 1)
            resumed.resume = true
            #expect(try train(resumed, dataset) == expected, "killed after epoch \(index + 1)")
        }
        #expect(try train(options(models.path + "/jobs", jobs: 3), dataset) == expected)

        var other = options(models.path + "/other")
        other.seed = 6
        #expect(try train(other, dataset) != expected)

        let card = try Detector.load(expected, digest: "").card
        #expect(card.data?.digest == dataset.digest)
        #expect(card.thresholds.real <= card.thresholds.fake)
    }

    @Test func `a run with all aids resumes to the same model, and unseen pictures are ranked but not learnt from`()
        throws
    {
        let folder = try TemporaryFolder()
        try pictures(in: folder)
        let all = try Dataset.load(folder.path)
        let unseen = all.samples.filter { $0.path.hasSuffix("/3.png") }
        let dataset = Dataset(samples: all.samples.filter { !$0.path.hasSuffix("/3.png") }, digest: all.digest)
        let models = try TemporaryFolder()
        func aided(_ name: String, jobs: Int = 1) -> TrainerOptions {
            var options = options(models.path + "/" + name, jobs: jobs)
            (options.consistency, options.labelSmoothing, options.clip) = (0.5, 0.05, 1)
            (options.averaging, options.ramp, options.schedule) = (0.9, 0.5, .cosine)
            options.optimiser = .muon
            return options
        }
        var rankings: [UnseenRanking] = []
        func run(_ options: TrainerOptions, keep: Bool = false) throws -> [UInt8] {
            let trainer = Trainer(options, dataset, unseen: unseen, pictures: confined) { event in
                guard keep, case .epoch(let report) = event else { return }
                if let ranking = report.unseen { rankings.append(ranking) }
                let from = options.output + ".checkpoint"
                if rankings.count == 3 {
                    _ = try? FileManager.default.copyItem(atPath: from, toPath: models.path + "/killed.checkpoint")
                }
            }
            return try trainer.run().detector.encoded()
        }
        let expected = try run(aided("whole"), keep: true)
        #expect(rankings.count == 4)
        #expect(rankings.allSatisfy { (0...1).contains($0.rocAUC[.spatial]!) && $0.worstGenerator.name == "noise" })
        var resumed = aided("killed", jobs: 2)
        resumed.resume = true
        #expect(try run(resumed) == expected)
        // Without a single one of the aids the weights come out otherwise; the card, which names them, is left out of it.
        func weights(_ file: [UInt8]) throws -> [[Float]] {
            try Detector.load(file, digest: "").makeNetwork().parameters.map(\.value.values)
        }
        for change: (inout TrainerOptions) -> Void in [
            { $0.consistency = 0 }, { $0.labelSmoothing = 0 }, { $0.clip = nil }, { $0.averaging = 0 }, { $0.ramp = 0 },
            { $0.optimiser = .adam },
        ] {
            var options = aided("other")
            change(&options)
            #expect(try weights(run(options)) != weights(expected))
        }
        // Other pictures in the place of the unseen ones change thresholds, never weights.
        let others = all.samples.filter { $0.path.hasSuffix("/3.png") }
        for sample in others {
            let grey = Pixels(width: 140, height: 140, bytes: [UInt8](repeating: 128, count: 3 * 140 * 140))
            try Data(encodePNG(grey)).write(to: URL(fileURLWithPath: sample.path))
        }
        #expect(try weights(run(aided("blind"))) == weights(expected))
    }

    @Test func `a checkpoint of other options, other data, or garbage is refused and left alone`() throws {
        let folder = try TemporaryFolder()
        try pictures(in: folder, each: 5)
        let dataset = try Dataset.load(folder.path)
        let models = try TemporaryFolder()
        let first = options(models.path + "/model")
        let path = first.output + ".checkpoint"
        var saved: Data?
        _ = try train(first, dataset) { saved = try? Data(contentsOf: URL(fileURLWithPath: path)) }
        let checkpoint = try #require(saved)

        func refusal(_ options: TrainerOptions, _ dataset: Dataset, _ bytes: Data) throws -> String? {
            try bytes.write(to: URL(fileURLWithPath: path))
            var options = options
            options.resume = true
            do {
                _ = try Trainer(options, dataset, pictures: confined) { _ in }.run()
                return nil
            } catch {
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
                return error.message
            }
        }

        var faster = first
        faster.learningRate = 0.01
        #expect(try refusal(faster, dataset, checkpoint)?.contains("options") == true)
        var judged = first
        judged.devSplit = "dev"
        #expect(try refusal(judged, dataset, checkpoint)?.contains("options") == true)
        let fewer = Dataset(samples: dataset.samples, digest: "another")
        #expect(try refusal(first, fewer, checkpoint)?.contains("data set") == true)
        // The same listing, divided otherwise: a picture that was trained on would validate.
        let grouped = dataset.samples.map { sample in
            Sample(
                path: sample.path, isFake: sample.isFake, source: sample.source, generator: sample.generator,
                group: (sample.path as NSString).lastPathComponent, split: nil, pair: nil)
        }
        let divided = Dataset(samples: grouped, digest: dataset.digest)
        #expect(try refusal(first, divided, checkpoint)?.contains("data set") == true)
        // Numbers that no run can have come to.
        let text = String(decoding: checkpoint[8..<4096], as: UTF8.self)
        for (name, forged) in [("epoch", "-"), ("step", "9")] {
            let match = try #require(text.firstRange(of: "\\\"\(name)\\\":"))
            let place = 8 + text.utf8.distance(from: text.utf8.startIndex, to: match.upperBound)
            var bytes = checkpoint
            let digits = checkpoint[place...].prefix { (0x30...0x39).contains($0) }.count
            bytes.replaceSubrange(
                place..<place + digits, with: Data((forged == "-" ? "-1" : String(repeating: "9", count: 19)).utf8))
            let longer = UInt64(bytes.count - checkpoint.count)
            let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } + longer
            bytes.replaceSubrange(0..<8, with: (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) })
            #expect(try refusal(first, dataset, bytes)?.contains("counts what no run can have done") == true)
        }
        #expect(try refusal(first, dataset, checkpoint.dropLast(4)) != nil)
        #expect(try refusal(first, dataset, Data("garbage".utf8)) != nil)
    }

    @Test(arguments: [1, 8]) func `pictures that cannot be read are listed once and skipped`(_ batch: Int) throws {
        let folder = try TemporaryFolder()
        try pictures(in: folder, each: 5)
        try folder.write("fake/noise/text.png", "no picture")
        try folder.write("real/noise/short.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0])
        let models = try TemporaryFolder()
        var listed: [String] = []
        // With a batch of one, an unreadable picture leaves a whole batch empty.
        var options = options(models.path + "/model")
        options.batch = batch
        options.epochs = 1
        let trainer = Trainer(options, try Dataset.load(folder.path), pictures: confined) { event in
            if case .unreadable(let path, let reason) = event {
                listed.append((path as NSString).lastPathComponent)
                #expect(!reason.isEmpty)
            }
        }
        let unreadable = try trainer.run().unreadable
        #expect(listed.sorted() == ["short.png", "text.png"])
        #expect(unreadable.count == 2)
    }

    @Test func `a run that diverges says so instead of writing a model`() throws {
        let folder = try TemporaryFolder()
        try pictures(in: folder, each: 5)
        var options = options(folder.path + "/model")
        (options.learningRate, options.epochs) = (1e30, 1)
        let trainer = Trainer(options, try Dataset.load(folder.path), pictures: confined) { _ in }
        // Which stage it is depends on how the numbers run off.
        do {
            _ = try trainer.run()
            Issue.record("a learning rate of 1e30 was survived")
        } catch {
            #expect(error.message.contains("had a finite validation loss"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/model"))
    }

    @Test func `a run whose validation pictures can't be read says so instead of calling any weights good`() throws {
        let folder = try TemporaryFolder()
        try pictures(in: folder, each: 5)
        let dataset = try Dataset.load(folder.path)
        let options = options(folder.path + "/model")
        let validation = dataset.samples.split(validationShare: options.validationShare, seed: options.seed).validation
        for sample in validation { try Data("gone".utf8).write(to: URL(fileURLWithPath: sample.path)) }
        let trainer = Trainer(options, dataset, pictures: confined) { _ in }
        #expect(throws: TrainerError.noValidation) { try trainer.run() }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/model"))
    }

    @Test func `data of one class is refused`() throws {
        let folder = try TemporaryFolder()
        try pictures(in: folder, each: 3)
        let real = try Dataset.load(folder.path).samples.filter { !$0.isFake }
        let trainer = Trainer(options(folder.path + "/model"), Dataset(samples: real, digest: ""), pictures: confined) {
            _ in
        }
        #expect(throws: TrainerError.oneClass(missing: "fakes to train on")) { _ = try trainer.run() }
    }
}
