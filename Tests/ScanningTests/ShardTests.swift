// Every file falls into exactly one share, whoever asks.

import Files
import Testing

@testable import Scanning

struct ShardTests {
    @Test(arguments: ["1/1", "1/3", "3/3", "1000000/1000000"]) func sharesAreReadAsTheyAreWritten(text: String) {
        #expect(Shard(text)?.text == text)
    }

    @Test(arguments: ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "01/3", "+1/3", " 1/3", "1/1000001", "a/b"])
    func anythingElseIsNoShare(text: String) {
        #expect(Shard(text) == nil)
    }

    @Test func sharesDivideAllPathsAndNearlyEvenly() throws {
        let shards = try (1...7).map { try #require(Shard("\($0)/7")) }
        var counts = [Int](repeating: 0, count: 7)
        for index in 0..<7000 {
            let path = PathBytes("pictures/\(index).jpg")
            let places = shards.indices.filter { shards[$0].contains(path) }
            try #require(places.count == 1)
            counts[places[0]] += 1
        }
        #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
    }

    /// SHA-256 of "abc" begins with ba7816bf8f01cfea.
    @Test func theShareIsTheFirst64BitsModuloTheirNumber() throws {
        let place = Int(0xba78_16bf_8f01_cfea as UInt64 % 16) + 1
        #expect(try #require(Shard("\(place)/16")).contains(PathBytes("abc")))
    }
}
