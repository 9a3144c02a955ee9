// Links to directories that come while a watch runs are followed at once under `-L`, and lead nowhere twice.

import Foundation
import Testing

@Suite(.serialized) struct WatchLinkTests {
    let shop = Workshop.watched()

    private func link(_ name: String, _ target: String) { symlink(target, shop.path + "/" + name) }

    private func paths() -> [String] { shop.records().compactMap { $0["path"] as? String }.sorted() }

    /// Neither polling nor a walk over everything comes to help.
    private func watch() -> WatchRun { WatchRun(shop, "-L", "-o", "out", "--rescan", "100000", "--poll", "80000") }

    @Test func aLinkToADirectoryIsFollowedAtOnceAndWhatComesThereToo() async {
        shop.write("far/a.png", Workshop.picture(1))
        shop.write("far/deep/b.png", Workshop.picture(2))
        shop.put("first.png", 0)
        let watch = watch()
        #expect(await eventually { paths() == ["in/first.png"] })
        link("in/link", "../far")
        #expect(await eventually { paths() == ["in/first.png", "in/link/a.png", "in/link/deep/b.png"] })
        shop.write("far/deep/c.png", Workshop.picture(3))
        #expect(await eventually { paths().contains("in/link/deep/c.png") })
        // One that is moved in.
        shop.write("far2/d.png", Workshop.picture(4))
        link("waiting", "far2")
        shop.move("waiting", "in/waiting")
        // From `in` the same target is another place: it leads nowhere.
        shop.put("last.png", 5)
        #expect(await eventually { paths().contains("in/last.png") })
        #expect(!paths().contains { $0.hasPrefix("in/waiting") })
        link("out2", shop.path + "/far2")
        shop.move("out2", "in/moved")
        #expect(await eventually { paths().contains("in/moved/d.png") })
        #expect(watch.end() == 0)
        #expect(paths().count == 6 && Set(paths()).count == 6)
    }

    @Test func aLinkThatLeadsBackIsNotFollowed() async {
        shop.write("in/sub/a.png", Workshop.picture(1))
        shop.write("far/b.png", Workshop.picture(2))
        link("far/back", "../in")
        let watch = watch()
        #expect(await eventually { paths() == ["in/sub/a.png"] })
        link("in/sub/loop", "..")
        link("in/self", ".")
        link("in/sub/far", "../../far")
        #expect(await eventually { paths() == ["in/sub/a.png", "in/sub/far/b.png"] })
        shop.write("in/sub/c.png", Workshop.picture(3))
        #expect(await eventually { paths().contains("in/sub/c.png") })
        #expect(watch.end() == 0)
        #expect(paths() == ["in/sub/a.png", "in/sub/c.png", "in/sub/far/b.png"])
        // A walk over everything comes to the same.
        let again = WatchRun(shop, "-L", "-o", "out", "--rescan", "0.2")
        shop.put("d.png", 4)
        #expect(await eventually { paths().contains("in/d.png") })
        try? await Task.sleep(for: .seconds(1))
        #expect(again.end() == 0)
        #expect(paths() == ["in/d.png", "in/sub/a.png", "in/sub/c.png", "in/sub/far/b.png"])
    }

    @Test func aLinkToWhatIsWatchedAlreadyHasItPolledAndSaysSo() async {
        shop.write("in/one/a.png", Workshop.picture(1))
        let watch = WatchRun(shop, "-L", "-o", "out", "--rescan", "100000", "--poll", "0.2")
        #expect(await eventually { paths() == ["in/one/a.png"] })
        link("in/two", "one")
        #expect(await eventually { paths() == ["in/one/a.png", "in/two/a.png"] })
        #expect(await eventually { watch.errors.contains("two paths lead to one directory") })
        shop.write("in/one/b.png", Workshop.picture(2))
        #expect(await eventually { paths() == ["in/one/a.png", "in/one/b.png", "in/two/a.png", "in/two/b.png"] })
        #expect(watch.end() == 0)
    }

    /// A link that leads to itself can't be read, and is told of; one that leads to nothing yet may lead somewhere later.
    @Test func aDanglingLinkIsNothingUntilItLeadsSomewhere() async {
        func pictures() -> [String] { paths().filter { $0.hasSuffix(".png") } }
        let watch = WatchRun(shop, "-L", "-o", "out", "--rescan", "0.3")
        shop.put("a.png", 1)
        #expect(await eventually { pictures() == ["in/a.png"] })
        link("in/nowhere", "../later")
        link("in/circle", "circle")
        shop.put("b.png", 2)
        #expect(await eventually { pictures() == ["in/a.png", "in/b.png"] })
        shop.write("later/c.png", Workshop.picture(3))
        #expect(await eventually { paths().contains("in/nowhere/c.png") })
        #expect(watch.end() == 0)
        #expect(paths().filter { !$0.hasSuffix(".png") } == ["in/circle"])
        #expect(pictures() == ["in/a.png", "in/b.png", "in/nowhere/c.png"])
    }

    /// Nothing of this raises an event where the links are.
    @Test func aTargetThatGoesAndComesIsFollowedAgain() async throws {
        let names = ["removed", "moved", "above/moved", "later"]
        let links = names.map { "in/" + $0.replacingOccurrences(of: "/", with: "-") }
        for (name, link) in zip(names, links) { self.link(link, "../far/" + name) }
        for (number, name) in names.dropLast().enumerated() {
            shop.write("far/\(name)/sub/a.png", Workshop.picture(number))
        }
        let watch = watch()
        #expect(await eventually { paths().count == 3 })
        try FileManager.default.removeItem(atPath: shop.path + "/far/removed")
        shop.move("far/moved", "far/moved.old")
        shop.move("far/above", "far/above.old")
        // Time enough to see that they are gone; the next directory may have the number of the one before.
        try await Task.sleep(for: .milliseconds(100))
        for (number, name) in names.enumerated() { shop.write("far/\(name)/b.png", Workshop.picture(10 + number)) }
        #expect(await eventually { links.allSatisfy { paths().contains($0 + "/b.png") } })
        // What is where nothing leads any more is nobody's business, and the new directories are watched.
        shop.write("far/moved.old/sub/lost.png", Workshop.picture(20))
        for (number, name) in names.enumerated() { shop.write("far/\(name)/new/c.png", Workshop.picture(30 + number)) }
        #expect(await eventually { links.allSatisfy { paths().contains($0 + "/new/c.png") } })
        #expect(watch.end() == 0)
        #expect(paths().count == 11 && !paths().contains { $0.hasSuffix("lost.png") })
    }

    @Test func aFileBehindALinkIsLookedAtAgainWhenItChanges() async {
        shop.write("far/a.png", Workshop.picture(1))
        link("in/a.png", "../far/a.png")
        link("in/b.png", "../far/b.png")
        let watch = watch()
        #expect(await eventually { paths() == ["in/a.png"] })
        shop.write("far/b.png", Workshop.picture(2))
        #expect(await eventually { paths() == ["in/a.png", "in/b.png"] })
        shop.write("far/new", Workshop.picture(3))
        shop.move("far/new", "far/a.png")
        #expect(await eventually { paths() == ["in/a.png", "in/a.png", "in/b.png"] })
        #expect(watch.end() == 0)
        #expect(Set(shop.records().compactMap { $0["sha256"] as? String }).count == 3)
    }

    /// Without -L a link is nothing at all.
    @Test func linksAreNotFollowedUnlessAskedFor() async {
        shop.write("far/a.png", Workshop.picture(1))
        let watch = WatchRun(shop, "-o", "out", "--rescan", "0.3")
        link("in/link", "../far")
        shop.put("b.png", 2)
        #expect(await eventually { paths() == ["in/b.png"] })
        try? await Task.sleep(for: .seconds(1))
        #expect(watch.end() == 0 && paths() == ["in/b.png"])
    }
}
