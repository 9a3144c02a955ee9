// `assay train`: makes a model file from labelled pictures.

import Confinement
import Detection
import Files
import Glibc
import Imaging
import Scanning
import Training
import Network

/// Trains a detector.
enum TrainCommand {
    private static let standard = TrainerOptions()
    static let output = Option("output", short: "o", value: "model", "Write the model to <model>; needed.")
    static let architecture = Option(
        "architecture", value: "name", choices: Blueprint.presets.map(\.name),
        default: .word(Blueprint.crossdomain.name),
        "Network to train: crossdomain, the detector of this program, or seed, the published one.")
    static let blueprint = Option(
        "blueprint", value: "file",
        "Change the network as the JSON in <file> says, whose keys replace those of --architecture; 'assay model blueprint' "
            + "prints all there are.")
    static let width = Option("width", value: "factor", "Multiply all channel counts, to the nearest multiple of 8.")
    static let depth = Option("depth", value: "n", default: .integer(0), "Repeat every residual block <n> times more.")
    static let epochs = Option(
        "epochs", value: "n", default: .integer(standard.epochs),
        "Most epochs of each stage. 0 trains nothing: the model of --init gets calibration and thresholds by these pictures."
    )
    static let epochSize = Option(
        "epoch-size", value: "n", "Pictures drawn in an epoch; as many as there are training pictures by default.")
    static let batch = Option("batch", value: "n", default: .integer(standard.batch), "Pictures in a step.")
    static let learningRate = Option(
        "learning-rate", value: "rate", default: .number(standard.learningRate),
        "Adam's step size; Muon's is 20 times as long.")
    static let optimizer = Option(
        "optimizer", value: "name", choices: Optimiser.Method.allCases.map(\.rawValue),
        default: .word(standard.optimiser.rawValue),
        "adam moves all weights by Adam, muon moves the filters by Muon, which needs fewer pictures.")
    static let schedule = Option(
        "schedule", value: "name", choices: TrainerOptions.Schedule.allCases.map(\.rawValue),
        default: .word(standard.schedule.rawValue),
        "plateau halves the learning rate after 5 epochs without progress, cosine lets it fall over all epochs.")
    static let weightDecay = Option(
        "weight-decay", value: "rate", default: .number(standard.weightDecay), "Decoupled weight decay.")
    static let patience = Option(
        "patience", value: "n", default: .integer(standard.patience),
        "End a stage after <n> epochs without a better validation loss.")
    static let validation = Option(
        "validation", value: "share", default: .number(standard.validationShare),
        "Share of the pictures kept for validation, split by group.")
    static let validationLimit = Option(
        "validation-limit", value: "n", default: .integer(standard.validationLimit),
        "Judge each epoch by at most <n> validation pictures; calibration uses all of them.")
    static let leaveOut = Option(
        "leave-out", value: "source", repeats: true,
        "Keep a source out of training; the thresholds hold for it too.")
    static let emphasis = Option(
        "emphasis", value: "source=factor", repeats: true,
        "Draw a source <factor> times as often as otherwise; needs --equalize.")
    static let split = Option(
        "split", value: "name", default: "train, where the data has it, otherwise everything",
        "Use only the pictures of this split of the data.")
    static let devSplit = Option(
        "dev-split", value: "name",
        "Keep the pictures of this split, and the rest of their pairs, out of training, report after each epoch "
            + "how they are ranked, and have the thresholds hold for them too.")
    static let consistency = Option(
        "consistency", value: "weight", default: .number(standard.consistency),
        "Show a clean and a degraded view of each picture and weigh their disagreement by <weight> in the loss; 0 shows one view."
    )
    static let smoothing = Option(
        "label-smoothing", value: "share", default: .number(standard.labelSmoothing),
        "Move targets this far from 0 and 1 towards one half.")
    static let clip = Option("clip", value: "length", "Shorten gradients that are longer than <length>.")
    static let averaging = Option(
        "averaging", value: "decay", default: .number(standard.averaging),
        "Judge and keep an exponential average of the weights that keeps <decay> of itself at each step, such as 0.999."
    )
    static let ramp = Option(
        "ramp", value: "share", default: .number(standard.ramp),
        "Let degradation and consistency come in over this share of the first stage.")
    static let initial = Option(
        "init", value: "model",
        "Begin with the weights of this model, or of the shipped one, which is called shipped, and which has the same blueprint (dropout, stages and losses aside), instead of random "
            + "ones; without --architecture and --blueprint, its own is trained. Given several times, the models become the columns of a blueprint that has room for all, and its logits begin "
            + "as the sums of theirs."
    )
    static let showRecipe = Option("show-recipe", "Print what the augmentation does, with every probability, and exit.")
    static let seed = Option("seed", value: "n", default: .integer(Int(standard.seed)), "Start of all random draws.")
    static let jobs = Option("jobs", short: "j", value: "n", "Threads; the CPUs this process may use by default.")
    static let augmentation = Option(
        "augmentation", value: "strength", default: .number(standard.augmentationStrength),
        "Multiplies all augmentation probabilities but those of equalisation and of one format for another; 0 turns them off."
    )
    static let equalize = Option(
        "equalize", negatable: true, default: .set,
        "Balance the classes and recompress both alike, so that the format gives nothing away.")
    static let log = Option("log", value: "file", "Append one JSON line of metrics per epoch to <file>.")
    static let resume = Option(
        "resume", "Go on from the checkpoint beside the output, if there is one; a run that has ended is left as it is."
    )
    static let licence = Option(
        "licence", value: "text", default: .word(standard.licence),
        "Licence to note in the model file; with --init that of its models, unless another is given.")
    static let quiet = Option("quiet", short: "q", "Print nothing but errors.")
    static let data = Argument(
        // Only --show-recipe does without it.
        "data", required: false,
        "A folder with real/ and fake/ at any depth, or a manifest (CSV or JSON lines with path and label).")

    static let command = Command(
        "train", "Train a detector from labelled pictures.",
        discussion: [
            "After each epoch a checkpoint is written beside the output; --resume goes on from it and arrives at the same "
                + "weights. The same seed, options and data give the same weights whatever the number of jobs."
        ],
        arguments: [data],
        options: [
            output, architecture, blueprint, width, depth, epochs, epochSize, batch, learningRate, optimizer, schedule,
            weightDecay, patience, validation, validationLimit, leaveOut, emphasis, split, devSplit, consistency,
            smoothing, clip, averaging, ramp, initial, seed, jobs, augmentation, equalize, showRecipe, log, resume,
            licence, quiet, ScanOptions.isolation,
        ],
        manual: TrainManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        if line.flag(showRecipe) {
            let table = Augmentation.Recipe(try chosenBlueprint(line).picture).table
            let strength = try line.number(augmentation, within: 0...10)
            try Console.out(table.text(strength: strength, equalize: line.flag(equalize)))
            return 0
        }
        do throws(BLASError) {
            try BLAS.ready()
        } catch {
            throw .failure("training needs OpenBLAS (on Debian the package libopenblas0): \(error.message)")
        }
        guard let path = line.operands.first?.lossy else { throw .usage("Missing expected argument '<data>'") }
        let options = try options(line)
        let whole = try loadDataset(path, split: line.text(split))
        var dataset = try trainingData(whole, path, split: line.text(split))
        var unseen: [Sample] = []
        if let name = line.text(devSplit) {
            unseen = try loadDataset(path, split: name).samples
            dataset = dataset.leavingOut(unseen)
            if dataset.samples.isEmpty {
                throw .failure("nothing is left to train on beside the pictures of split '\(name)'")
            }
        }
        let sources = Set(dataset.samples.map(\.source))
        if let unknown = options.leaveOut.subtracting(sources).sorted().first {
            let known = sources.sorted().filter { !$0.isEmpty }.joined(separator: ", ")
            throw .failure("no picture comes from a source '\(unknown)'; the sources are \(known)")
        }
        let trained = sources.subtracting(options.leaveOut)
        if let unknown = options.emphasis.keys.sorted().first(where: { !trained.contains($0) }) {
            let known = trained.sorted().filter { !$0.isEmpty }.joined(separator: ", ")
            throw .failure(
                "--emphasis: no picture to train on comes from a source '\(unknown)'; the sources are \(known)")
        }
        let printer = try TrainPrinter(log: line.path(log), isQuiet: line.flag(quiet))
        if dataset.unlabelled > 0 {
            printer.say("left out, below neither real nor fake: \(dataset.unlabelled) file(s)")
        }
        if line.text(split) == nil { noteSplits(of: whole, options, printer) }
        let missing = Augmentation.Recipe(options.blueprint.picture).table.missing
        if !missing.isEmpty {
            printer.say("JPEG in place of \(missing.map(\.rawValue).joined(separator: " and ")), for want of a library")
        }
        let pictures = ConfinementSettings.pictures()
        _ = try confine(line, pictures, isQuiet: line.flag(quiet))
        let trainer = Trainer(options, dataset, unseen: unseen, pictures: pictures) { printer.show($0) }
        try examine(trainer, dataset.samples + unseen, printer)
        noteFitted(options, to: dataset, printer)
        do throws(TrainerError) {
            let (detector, unreadable) = try trainer.run()
            if trainer.wasFinished { return 0 }
            noteCalibration(detector, of: trainer.validation + unseen, unreadable, printer)
            printer.finish(detector, unreadable: unreadable.count, output: options.output)
        } catch {
            throw .failure(error.message)
        }
        if let failure = printer.logFailure, let log = line.path(log) {
            throw .failure("\(log.escaped): \(failure.message)")
        }
        return 0
    }

    private static func options(_ line: Invocation) throws(CommandFailure) -> TrainerOptions {
        var options = TrainerOptions()
        guard let path = line.text(output) else { throw .usage("Missing expected option '-o <model>'") }
        if path == "-" { throw .usage("A model can't be written to standard output") }
        if path.isEmpty { throw .usage("The value '' is invalid for '-o <model>': expected a file") }
        options.output = path
        // Better said now than after hours of training.
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard unsafe access(directory, W_OK) == 0 else { throw .failure("\(directory): \(FileError.last.message)") }
        for path in options.written {
            do throws(FileError) {
                _ = try resolveReplaceable(PathBytes(path), .model)
            } catch {
                throw .failure("\(path.escapingControls): \(error.message)")
            }
        }
        options.blueprint = try chosenBlueprint(line)
        options.optimiser = Optimiser.Method(rawValue: line.word(optimizer)) ?? options.optimiser
        options.schedule = TrainerOptions.Schedule(rawValue: line.word(schedule)) ?? options.schedule
        options.epochs = try line.integer(epochs, within: 0...100_000)
        options.epochSize = try line.integer(epochSize, 1...1_000_000_000)
        options.batch = try line.integer(batch, within: 1...4096)
        options.learningRate = try line.number(learningRate, within: 1e-9...10)
        options.weightDecay = try line.number(weightDecay, within: 0...1)
        options.patience = try line.integer(patience, within: 1...100_000)
        options.validationShare = try line.number(validation, within: 0.001...0.9)
        options.validationLimit = try line.integer(validationLimit, within: 1...1_000_000_000)
        options.seed = try line.seed(seed) ?? options.seed
        options.jobs = try line.integer(jobs, 1...1024) ?? availableProcessors()
        options.augmentationStrength = try line.number(augmentation, within: 0...10)
        options.equalize = line.flag(equalize)
        options.consistency = try line.number(consistency, within: 0...100)
        options.labelSmoothing = try line.number(smoothing, within: 0...0.9)
        options.clip = try line.number(clip, 1e-9...1e9)
        options.averaging = try line.number(averaging, within: 0...0.999_999)
        options.ramp = try line.number(ramp, within: 0...1)
        options.leaveOut = Set(line.all(leaveOut).map(\.lossy))
        for text in line.all(emphasis).map(\.lossy) {
            guard let equals = text.lastIndex(of: "="), let factor = Double(text[text.index(after: equals)...]),
                factor > 0, factor <= 1000
            else { throw .usage("The value '\(text)' is invalid for '--emphasis': expected <source>=<factor>") }
            options.emphasis[String(text[..<equals])] = factor
        }
        if !options.equalize && !options.emphasis.isEmpty { throw .usage("The option '--emphasis' needs '--equalize'") }
        options.devSplit = line.text(devSplit)
        options.initial = try models(line.all(initial), options.blueprint)
        if options.epochs == 0 && options.initial.isEmpty { throw .usage("'--epochs 0' needs the model of '--init'") }
        options.licence =
            line.text(licence) ?? (options.initial.isEmpty ? line.word(licence) : Detector.licence(of: options.initial))
        options.resume = line.flag(resume)
        return options
    }

    private static func models(
        _ paths: [PathBytes], _ blueprint: Blueprint
    ) throws(CommandFailure) -> [Detector] {
        var models: [Detector] = []
        for path in paths { models.append(try ModelFile.named(path).detector) }
        guard blueprint.hasRoom(for: models.map(\.card.blueprint)) else {
            let names = paths.map(\.escaped).joined(separator: ", ")
            throw .failure(
                names
                    + (paths.count == 1
                        ? ": its blueprint is not the one that is trained; without --architecture, --blueprint, --width and --depth it is"
                        : ": the blueprint that is trained has no room for these models as its columns"))
        }
        return models
    }
}
