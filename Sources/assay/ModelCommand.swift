// `assay model`: looks into model files.

/// Shows and verifies model files.
enum ModelCommand {
    static let command = Command("model", "Show and verify model files.", subcommands: [])
}
