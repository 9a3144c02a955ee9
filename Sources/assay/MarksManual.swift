// Sections of `assay-marks(1)` that say more than help has room for.

enum MarksManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Marks",
            [
                "c2pa-signed: a C2PA manifest whose claim verifies with the certificate beside it, whose assertions are those that "
                    + "were signed, and whose hard binding fits the bytes of the file. c2pa-unverified: a manifest of which that "
                    + "cannot be said; it meets no demand. Who owns the certificate is another matter: trust is said only with "
                    + "--trust-anchors, and then without regard to when certificates run out.",
                "iptc-source-type: a digital source type of the IPTC's vocabulary in XMP. iptc-ai-fields: AISystemUsed or "
                    + "AISystemVersionUsed (IPTC Photo Metadata Standard 2025.1). generator-text: a known generator's name where "
                    + "programs name themselves, or the settings of a generation, in Exif, XMP, IIM, PNG texts or a JPEG comment.",
                "'--require two' counts places, not marks: C2PA, XMP, and all other text are each lost together. Marks are told whatever "
                    + "they say: a camera's signed picture bears one too; origin says which it is.",
                "Watermarks in the pixels, such as SynthID, cannot be read offline and are not looked for.",
            ]
        ),
        (
            "Records",
            [
                "Each line has assay (1), path, status, marks (a list), and where known: state, origin, generator, signer, trusted, "
                    + "code and message (as in assay-record(5)), size, sha256. state is unchecked where a format's metadata are not "
                    + "read, and invalid where they are damaged; neither counts as unmarked, but as unread."
            ]
        ),
        (
            "Examples",
            [
                "Refuse to publish pictures without a signed manifest: assay marks --require signed -q public/ >/dev/null",
                "List unmarked pictures: assay marks -q . | jq -r 'select(.state == \"absent\") | .path'",
            ]
        ),
    ]
}
