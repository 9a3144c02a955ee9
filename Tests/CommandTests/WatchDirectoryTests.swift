// What becomes of a watch whose directory goes away, comes back, or can't be read.

import Files
import Foundation
import Testing

@Suite(.serialized) struct WatchDirectoryTests {
    let shop = Workshop.watched()

    @Test func aDirectoryThatGoesAwayIsWaitedFor() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(await shop.isRecorded())
        shop.move("in", "away")
        #expect(
            await eventually { watch.errors.contains("the watched directory is gone; waiting for it to come back") })
        shop.write("away/b.png", Workshop.picture(2))
        shop.move("away", "in")
        #expect(await shop.isRecorded())
        shop.put("c.png", 3)
        #expect(await shop.isRecorded())
        #expect(watch.end() == 0)
        #expect(shop.records().count == 3)
    }

    /// The next directory of the name may have the number of the one before, and no watch.
    @Test func aDirectoryThatIsMadeAnewIsWatchedAnew() async throws {
        let watch = WatchRun(shop, "-o", "out", "--rescan", "100000")
        shop.put("a.png", 1)
        #expect(await shop.isRecorded())
        for number in 2...5 {
            try FileManager.default.removeItem(atPath: shop.path + "/in")
            try await Task.sleep(for: .milliseconds(100))
            shop.put("\(number).png", number)
            #expect(await eventually { shop.records().count == number })
        }
        #expect(watch.end() == 0)
    }

    @Test func itMayEndTheWatchInstead() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--exit-on-unmount")
        #expect(await shop.isRecorded())
        shop.move("in", "away")
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("Error: in: the watched directory is gone"))
    }

    @Test func permissionsThatAreLostAndGivenBackCostNothing() async throws {
        guard getuid() == 0 else {
            print("not root; the test of lost permissions is skipped")
            return
        }
        shop.put("a.png", 1)
        for name in ["", "/in", "/in/a.png"] { chown(shop.path + name, 65534, 65534) }
        chmod(shop.path + "/../" + shop.modelName, 0o644)
        let watch = WatchRun(
            shop, "-o", "out", "--rescan", "1",
            wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        #expect(await shop.isRecorded())
        shop.put("secret.png", 2)
        #expect(await eventually { shop.records().contains { $0["path"] as? String == "in/secret.png" } })
        shop.write("closed/c.png", Workshop.picture(3))
        chmod(shop.path + "/closed", 0)
        shop.move("closed", "in/closed")
        shop.put("unreadable.png", 4)
        chmod(shop.path + "/in/unreadable.png", 0)
        #expect(await eventually { shop.records().contains { $0["path"] as? String == "in/closed" } })
        chmod(shop.path + "/in/closed", 0o755)
        chmod(shop.path + "/in/unreadable.png", 0o644)
        #expect(await shop.isRecorded())
        #expect(watch.end() == 0)
        #expect(shop.records().count(where: { $0["path"] as? String == "in/closed" }) == 1)
    }

    @Test func aDirectoryThatIsNotThereIsAnError() {
        let watch = WatchRun(shop, "-o", "out", directory: "nowhere")
        #expect(watch.status() == 2)
        #expect(watch.errors == "Error: nowhere: no such file or directory\n")
        #expect(shop.run(["watch"]).status == 64)
        #expect(shop.run(["watch", "in", "--exec", "./x"]).status == 64)
    }
}
