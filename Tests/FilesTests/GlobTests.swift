// Patterns mean what they mean in gitignore and ripgrep.

import Files
import Testing

struct GlobTests {
    @Test(arguments: [
        ("*.jpg", "a.jpg", true), ("*.jpg", "x/y/a.jpg", true), ("*.jpg", "a.jpgx", false), ("*.jpg", ".jpg", true),
        ("x/*.jpg", "x/a.jpg", true), ("x/*.jpg", "x/y/a.jpg", false), ("x/*.jpg", "z/x/a.jpg", false),
        ("/a.jpg", "a.jpg", true), ("/a.jpg", "x/a.jpg", false),
        ("**/a.jpg", "a.jpg", true), ("**/a.jpg", "x/y/a.jpg", true), ("**/a.jpg", "xa.jpg", false),
        ("x/**/a.jpg", "x/a.jpg", true), ("x/**/a.jpg", "x/y/z/a.jpg", true), ("x/**/a.jpg", "xa.jpg", false),
        ("x/**", "x/y/z", true), ("x/**", "x", false),
        ("?.jpg", "é.jpg", true), ("?.jpg", "ab.jpg", false), ("[a-c]?", "bz", true), ("[!a-c]", "b", false),
        ("[!a-c]", "é", true), ("[]]", "]", true), ("a\\[", "a[", true), ("\\*", "*", true), ("\\*", "a", false),
        ("*.{jpg,jp{e,2}g}", "a.jpeg", true), ("*.{jpg,png}", "a.gif", false), ("\\{", "{", true),
        ("[{]", "{", true), ("{a[},]c,b}", "a}c", true), ("{a[},]c,b}", "b", true), ("{a\\,b,c}", "a,b", true),
        ("a}", "a}", true), ("{}a", "a", true), ("{a,b}{c,d}", "bc", true), ("{a,b}{c,d}", "ab", false),
        ("", "a", false), ("a*a*a*a*a*a*b", String(repeating: "a", count: 3000), false),
    ])
    func matches(pattern: String, path: String, expected: Bool) throws {
        #expect(try Glob(PathBytes(pattern)).matches(PathBytes(path)) == expected)
    }

    @Test(arguments: [
        ("a[", "a [ has no ]"), ("*.[jp", "a [ has no ]"), ("[!]", "a [ has no ]"), ("{", "a { has no }"),
        ("*.{jpg,png", "a { has no }"), ("{a,{b}", "a { has no }"), ("[z-a]", "a range in brackets goes backwards"),
        ("a\\", "the backslash at its end quotes nothing"),
        (String(repeating: "{a,b}", count: 40), "its braces come to more than 1000 patterns"),
    ])
    func whatCanNotBeParsedIsRefused(pattern: String, reason: String) throws {
        let error = try #require(throws: GlobError.self) { _ = try Glob(PathBytes(pattern)) }
        #expect(error.message == "The pattern '\(pattern)' can't be parsed: \(reason)")
        #expect(throws: GlobError.self) { _ = try PathFilter(includes: [PathBytes(pattern)]) }
        #expect(throws: GlobError.self) { _ = try PathFilter(includes: [PathBytes("!" + pattern)]) }
        #expect(throws: GlobError.self) { _ = try PathFilter(excludes: [PathBytes(pattern)]) }
    }
}
