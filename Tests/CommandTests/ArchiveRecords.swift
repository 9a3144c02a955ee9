// What tests of archives share: archives that were made once, and what records say of their members.

import Foundation

/// An archive of `Fixtures/archives`, made by `make_archive_fixtures.py`.
func archive(_ name: String) -> [UInt8] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appendingPathComponent("Fixtures/archives/" + name).path
    return [UInt8](FileManager.default.contents(atPath: path) ?? Data())
}

/// A workshop with such archives.
func shop(_ names: String...) -> Workshop {
    let shop = Workshop(verdict: .real)
    for name in names { shop.write(name, archive(name)) }
    return shop
}

/// Everything that a record says of a member but how it was packed.
func told(_ record: [String: Any]) -> String {
    let member = record["member"] as? [String: Int]
    return "\(record["path"]!) \(record["code"] ?? record["status"]!) \(record["size"] ?? "-") "
        + "\(record["sha256"] ?? "-") \(member?["index"] ?? -1)"
}

/// The name and the outcome of each record.
func codes(_ run: Run) -> [String] { run.records.map { "\($0["path"]!) \($0["code"] ?? $0["status"]!)" } }

/// Whether the summary says that all was scanned.
func isComplete(_ shop: Workshop) -> Bool? { object(shop.read("s.json"))["complete"] as? Bool }
