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
        ("[!a-c]", "é", true), ("[]]", "]", true), ("a[", "a[", true), ("\\*", "*", true), ("\\*", "a", false),
        ("*.{jpg,jp{e,2}g}", "a.jpeg", true), ("*.{jpg,png}", "a.gif", false), ("{", "{", true),
        ("", "a", false), ("a*a*a*a*a*a*b", String(repeating: "a", count: 3000), false),
    ])
    func matches(pattern: String, path: String, expected: Bool) {
        #expect(Glob(PathBytes(pattern)).matches(PathBytes(path)) == expected)
    }
}
