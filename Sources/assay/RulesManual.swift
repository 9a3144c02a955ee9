// Writes assay-rules(5): what a rule says, how rules decide, and what they can ask for, the latter from the table of facts.

import Inspection
import Rules

/// The manual page of the language of rules, in mdoc.
func rulesPage() -> String {
    var page = """
        .Dd November 26, 2026
        .Dt ASSAY-RULES 5
        .Os
        .Sh NAME
        .Nm assay-rules
        .Nd rules that decide what scores and facts amount to
        .Sh DESCRIPTION
        Verdicts are decided by rules of YARA \(RuleSet.yaraVersion), whose manual at https://yara.readthedocs.io/ describes the language.
        This page says what they mean here and what they can ask for.
        .Pp
        .Dl "rule declared_is_fake { meta: verdict = \\(dqfake\\(dq priority = 200 condition: declared_synthetic }"
        .Pp
        With
        .Fl Fl rules
        such a file is added to the rules that ship, which
        .Xr assay-rules 1
        lists;
        .Fl Fl no\\-default\\-rules
        leaves those out, the thresholds among them.
        .Sh META
        These lines of a rule's meta have a meaning; all others are yours.
        .Bl -tag -width Ds

        """
    for (name, meaning) in meta { page += ".It Va \(name)\n\(escaped(meaning))\n" }
    page += ".El\n"
    for (title, paragraphs) in sections {
        page += ".Sh \(title.uppercased())\n" + paragraphs.map(escaped).joined(separator: "\n.Pp\n") + "\n"
    }
    page += ".Sh VARIABLES\n\(escaped(introduction))\n.Bl -tag -width Ds\n"
    for (variable, meaning) in RuleFacts.others {
        page += ".It Va \(variable.name) Pq \(described(variable.kind))\n\(escaped(meaning))\n"
    }
    for row in RuleFacts.rows {
        page += ".It Va \(row.name) Pq \(escaped(described(row.type)))\n\(escaped(row.meaning))\n"
    }
    return page + ".El\n.Sh SEE ALSO\n.Xr assay-rules 1 ,\n.Xr assay-scan 1 ,\n.Xr assay-record 5\n"
}

private let meta = [
    (
        "verdict",
        "fake, real or uncertain: what a match decides if no rule of higher rank matches. Without it a rule only notes something."
    ),
    ("priority", "A whole number, 0 if left out; the thresholds have 0, what lies outside the model's envelope 100."),
    ("reason", "A sentence for the record."),
    ("code", "The word for it in the record's reasons, as kind:name; rule: and its name if left out."),
    ("review", "true if a person should look at what matches: the record's review then says so."),
]

private let sections: [(title: String, paragraphs: [String])] = [
    (
        "Decision",
        [
            "Of the rules that match and have a verdict, the one of highest priority decides; among equals fake comes before "
                + "uncertain, and uncertain before real. Where none matches the verdict is uncertain. The record lists all that "
                + "match, whether or not they decided.",
            "A match of a rule with the tag contradiction is told among the record's declared contradictions too, by its code without the "
                + "kind. Other tags are yours.",
            "Rules are asked about pictures that were scored. A file that was refused has no verdict.",
        ]
    ),
    (
        "What rules see",
        [
            "Strings are looked for in a file's bytes outside compressed pixels: in a JPEG everything but the scans' data, in a "
                + "PNG everything but image data, with what follows the picture; other formats are seen whole. Parts keep their "
                + "offsets, and no string goes from one to the next. With --rules-scan all the file is seen as a whole, as by "
                + "yara itself; functions of modules that read across parts, such as those of hash, need that.",
            "The modules console, dex, dotnet, elf, hash, macho, math, pe, tests and time can be imported, as far as libyara has "
                + "them; magic and cuckoo cannot, since rules are matched where no file can be opened. What rules log is dropped. "
                + "include works, relative to the file that includes.",
            "Rules of different files may have the same name: each file has a namespace, its name without .yar or .yara. "
                + "Rules refer to rules of the same file only. A rule cannot have the name of a variable.",
        ]
    ),
    (
        "Limits",
        [
            "All rules together may take the time of --rules-timeout for a file. If they take longer, each is matched alone with "
                + "an eighth of it; those that take longer still are left out, the others matched again. The record names what was "
                + "left out in review (rule-timeout) and detectors; rule-timeout:* says that no rule could be matched.",
            "Rules are compiled when the program starts; a rule that does not compile stops it. They are matched in the process "
                + "that decodes, which can do nothing else.",
        ]
    ),
]

private let introduction =
    "Facts that a file does not have are 0, false or an empty text, so ask for more than a comparison where 0 would do. A list is one "
    + "text with a line for each element. --define adds variables. Scores and thresholds are exact here, where records keep scores within 0.01 and 0.99: a threshold may lie above what a record tells of a score that reaches it."

private func described(_ kind: RuleVariable.Kind) -> String {
    switch kind {
    case .boolean: "true or false"
    case .integer: "whole number"
    case .number: "number"
    case .text: "text"
    }
}
