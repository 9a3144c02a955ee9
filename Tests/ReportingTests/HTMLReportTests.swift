// A report shows what the records say, and nothing in them can become more than text.

import Detection
import Foundation
import Reporting
import Testing

struct HTMLReportTests {
    private func flagged(_ path: String, _ more: String = "") -> String {
        Lines.judged(path, .fake, fused: 0.9, reasons: ["score:fake-threshold-reached"], more: more)
    }

    @Test func namesAndClaimsAreNeverMarkup() throws {
        let attack = #"</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&"#
        let claims =
            #","declared":{"state":"<b>x</b>","items":[{"<i>":"<u>"}]},"warning":"<s>","sha256":"<q>","modified":"<p class=x>""#
        let html = page(try records([flagged(attack, claims), Lines.refused("<em>", "<code>")]))
        #expect(html.components(separatedBy: "<script").count == 3)
        #expect(html.components(separatedBy: "</script>").count == 3)
        for tag in ["<img", "<b>x", "<i>", "<u>", "<s>", "<q>", "<p class=x", "<em>", "<code>"] {
            #expect(!html.contains(tag))
        }
        #expect(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
        #expect(html.contains(#"\u003c/script>\u003cscript>alert(1)"#))
    }

    @Test func contradictionsAreShown() throws {
        let claims = #","declared":{"state":"present","contradictions":["capture-but-fake","extension"],"items":[]}"#
        let html = page(try records([flagged("a", claims)]))
        #expect(html.contains("<dt>contradiction</dt><dd>capture-but-fake</dd>"))
        #expect(html.contains("<dd>extension</dd>"))
        #expect(!page(try records([flagged("a")])).contains("<dt>contradiction</dt>"))
    }

    @Test func thresholdsThatGrowWithDetailAreThoseOfThePicture() throws {
        var moving = context
        moving.card.thresholds.detail = DetailSlope(slope: log(2), usual: 3)
        // Odds of 7 to 1 at the usual detail, twice that at a level more.
        let set = try records([flagged("busy", #","detail":4"#), flagged("usual", #","detail":3"#)])
        let html = page(set, moving)
        #expect(html.contains("threshold for fake (0.933)") && html.contains("threshold for fake (0.875)"))
        #expect(html.contains("at a detail of 3.0 levels, which is usual"))
        #expect(textReport(set, moving).contains("at a detail of 3.0 levels"))
        #expect(!page(set).contains("which is usual") && !page(set).contains("0.933"))
    }

    /// Of pictures, files and archives.
    @Test(arguments: [
        "unsupported-format", "not-an-image", "damaged-signature", "truncated", "corrupt", "too-many-pixels",
        "too-many-rows", "too-many-frames", "too-many-scans", "too-much-text", "file-too-large", "out-of-memory",
        "timeout", "crashed", "no-decoder", "not-found", "unreadable", "not-a-regular-file", "changed",
        "not-an-archive", "unsupported-archive", "truncated-archive", "corrupt-archive", "unpacking-failed",
        "unsupported-member",
    ])
    func everyCodeHasItsMeaning(_ code: String) throws {
        let general = "No score, for the reason that the code names."
        let html = page(try records([flagged("a"), Lines.refused("b", code)]))
        #expect(html.contains("<th scope=\"row\">\(code)</th>") && !html.contains(general))
        #expect(page(try records([flagged("a"), Lines.refused("b", "unheard-of")])).contains(general))
    }

    @Test func nothingIsLoadedAndOnlyOurScriptMayRun() throws {
        let html = page(try records([flagged("a")]))
        #expect(html.contains("default-src 'none'; img-src data:; style-src 'sha256-"))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("unsafe-inline"))
        #expect(!html.contains(" style=") && !html.contains(" on" + "click="))
    }

    @Test func whatCannotBeSeenInANameIsSpeltOut() throws {
        let html = page(try records([flagged("photo\u{202E}gpj.exe\u{200B}\u{7}")]))
        #expect(html.contains(#"photo\u{202e}gpj.exe\u{200b}\u{7}"#))
        #expect(!html.unicodeScalars.contains("\u{202E}") && !html.unicodeScalars.contains("\u{200B}"))
    }

    @Test func theSameRecordsInAnyOrderGiveTheSameRows() throws {
        let lines =
            (0..<40).map { flagged("d/\($0).jpg") }
            + (0..<40).map { Lines.judged("d/r\($0)", .real, fused: 0.01 + Double($0) / 100) }
        let (one, other) = (page(try records(lines)), page(try records(lines.reversed())))
        func body(_ html: String) -> String { String(html[..<html.range(of: "id=\"digests\"")!.lowerBound]) }
        #expect(body(one) == body(other))
        #expect(one == page(try records(lines)))
    }

    @Test func rowsBeyondTheFirstHundredAreDataForTheScript() throws {
        let html = page(try records((0..<250).map { Lines.judged("r/\($0)", .real, fused: 0.1) }))
        #expect(html.components(separatedBy: "<tr role=\"row\"><td").count - 1 == 100)
        let start = try #require(html.range(of: #"id="rows">"#)).upperBound
        let text = html[start..<(try #require(html.range(of: "</script>", range: start..<html.endIndex))).lowerBound]
        let data = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let rows = try #require(data["rows"] as? [[Any]])
        #expect(rows.count == 250)
        #expect(Set(rows.map { $0[0] as! String }) == Set((0..<250).map { "r/\($0)" }))
        #expect(rows.allSatisfy { $0[1] as? Int == 3 && $0[2] as? Double == 0.1 && $0[7] as? Int == 1000 })
    }

    @Test func detailsAreLimitedAndShowPictures() throws {
        var few = context
        few.top = 2
        var shown = EntryPictures()
        shown.pictures = [.init(type: "image/png", bytes: [1, 2, 3], caption: "thumb \"x\"")]
        shown.remarks = ["a <remark>"]
        let html = page(try records((0..<5).map { flagged("f\($0)") }), few, pictures: [0: shown])
        #expect(html.components(separatedBy: "<article").count - 1 == 2)
        #expect(html.contains(#"<img src="data:image/png;base64,AQID" alt="thumb &quot;x&quot;">"#))
        #expect(html.contains("a &lt;remark&gt;"))
        #expect(html.contains("The first 2 of 5 flagged files"))
    }

    @Test func recordsOfAnotherModelHaveNoThresholds() throws {
        var other = context
        other.model.identity = "seed-1:ffffffff"
        let set = try records([flagged("a")])
        #expect(page(set).contains(">fake 0.88</text>"))
        #expect(!page(set, other).contains(">fake 0.88</text>"))
        #expect(page(set, other).contains("The thresholds are not known"))
    }

    @Test func filesThatShowTheSamePictureAreGroups() throws {
        func hash(_ flips: [Int]) -> String {
            var words = [UInt8](repeating: 0x5a, count: 32)
            for bit in flips { words[bit / 8] ^= 1 << (bit % 8) }
            return words.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        func line(_ path: String, _ flips: [Int]) -> String {
            Lines.judged(path, .real, fused: 0.1, more: #","pdq":"\#(hash(flips))""#)
        }
        // 31 bits off, spread over all words, and 32 bits off the first; the two are 63 bits apart.
        let near = (0..<31).map { $0 * 8 }
        let far = (0..<32).map { $0 * 8 + 3 }
        let set = try records([line("a", []), line("b", near), line("c", far), line("d", near)])
        #expect(set.groups.map { $0.members.map { set.entries[$0].path } } == [["a", "b", "d"]])
        #expect(set.groups.map(\.isExact) == [true])
        let same = try records(["x", "y"].map { Lines.judged($0, .real, fused: 0.1, more: #","sha256":"00""#) })
        #expect(same.groups.map(\.members) == [[0, 1]] && same.groups[0].isExact)
    }

    @Test func theTextHasCountsHistogramAndFlags() throws {
        let set = try records([
            flagged("p/b"), flagged("p/a"), Lines.judged("p/c", .uncertain, fused: 0.52),
            Lines.refused("p/e", "corrupt"),
        ])
        let text = textReport(set, context)
        #expect(
            text.hasPrefix("4 files in p/, judged by \(Lines.model)\n\nverdict       files    share  95 % interval\n"))
        #expect(text.contains("\nfake              2   66.7 %  9.4 – 99.2 %\n"))
        #expect(text.contains("\n  corrupt                       1\n"))
        #expect(text.contains("\n0.90–0.95         2 " + String(repeating: "█", count: 48) + "\n"))
        #expect(text.contains("\n0.85–0.90         0   <- fake 0.875\n"))
        #expect(text.hasSuffix("flagged, the first 2 of 2\n  0.900  fake      p/a\n  0.900  fake      p/b\n"))
    }
}
