// Records as a scan writes them, for reports.

import Detection
import Files
import Reporting

/// Lines of records.
enum Lines {
    static let model = "crossdomain-1:0123abcd"

    static func judged(
        _ path: String, _ verdict: Verdict, fused: Double, reasons: [String] = ["score:between-thresholds"],
        more: String = ""
    ) -> String {
        var json = JSONText()
        json.object {
            $0.member("assay", 1)
            $0.member("path", path)
            $0.member("status", "ok")
            $0.member("verdict", verdict.rawValue)
            $0.member("scores") {
                $0.member("fused", fused)
                $0.member("spatial", 0.25)
                $0.member("frequency", 0.75)
            }
            $0.list("reasons") { for reason in reasons { $0.value(reason) } }
            $0.list("rules") { _ in }
            $0.member("image") {
                $0.member("format", "jpeg")
                $0.member("width", 640)
                $0.member("height", 480)
            }
            $0.member("size", 1000)
            $0.member("model", model)
        }
        return json.text.dropLast() + more + "}"
    }

    static func refused(_ path: String, _ code: String, status: String = "error") -> String {
        #"{"assay":1,"path":"\#(path)","status":"\#(status)","verdict":null,"code":"\#(code)","message":"no","size":1,"model":"\#(model)"}"#
    }
}

func read(_ texts: String...) throws -> RecordReader {
    var reader = RecordReader()
    for (place, text) in texts.enumerated() {
        var rest = Array(text.utf8)[...]
        try reader.add("source \(place)") { target in
            // Pieces of odd length, so that lines end anywhere in them.
            let count = min(rest.count, target.count, 97)
            target.copyBytes(from: rest.prefix(count))
            rest = rest.dropFirst(count)
            return count
        }
    }
    return reader
}

func records(_ lines: [String]) throws -> RecordSet { RecordSet(try read(lines.joined(separator: "\n"))) }

let context: ReportContext = {
    var card = ModelCard(.crossdomain)
    card.thresholds = Thresholds(fake: 0.875, real: 0.25, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.625)
    return ReportContext(card: card, model: (Lines.model, "model digest"), program: ("1.2.3", "program digest"))
}()

func page(_ records: RecordSet, _ context: ReportContext = context, pictures: [Int: EntryPictures] = [:]) -> String {
    String(decoding: HTMLReport.page(records, context, pictures: pictures), as: UTF8.self)
}
