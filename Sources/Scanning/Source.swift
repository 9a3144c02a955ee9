// Where files come from: operands and lists now, whatever else can name files or hold them later.

package import Files
internal import Glibc

/// Something that yields files, one after the other.
package protocol Source: Sendable {
    /// Calls `report` with each thing that is found until it returns false or nothing more comes.  May block.
    func forEach(_ report: (Found) -> Bool)

    /// How many files it yields at most; nil if that can't be said before it has.
    var mostFiles: Int? { get }
}

/// Operands: files, and directories with all below them.
package struct WalkSource: Source {
    package let operands: [PathBytes]
    /// What paths below an operand begin with, where that is not the operand itself.
    package let prefix: PathBytes?
    package let walker: Walker

    package init(_ operands: [PathBytes], prefix: PathBytes? = nil, _ walker: Walker) {
        (self.operands, self.prefix, self.walker) = (operands, prefix, walker)
    }

    package func forEach(_ report: (Found) -> Bool) {
        var goesOn = true
        for operand in operands where goesOn {
            walker.walk(operand, prefix: prefix) {
                goesOn = report($0)
                return goesOn
            }
        }
    }

    /// One for each operand where none of them is a directory.
    package var mostFiles: Int? { operands.contains(where: isDirectory) ? nil : operands.count }

    private func isDirectory(_ path: PathBytes) -> Bool {
        var status = stat()
        return unsafe path.withCString { unsafe stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// A list of operands.
package struct ListSource: Source {
    package let list: PathList
    package let walker: Walker

    package init(_ list: PathList, _ walker: Walker) { (self.list, self.walker) = (list, walker) }

    package func forEach(_ report: (Found) -> Bool) {
        do throws(FileError) {
            try list.forEach { path in
                var goesOn = true
                walker.walk(path) {
                    goesOn = report($0)
                    return goesOn
                }
                return goesOn
            }
        } catch {
            _ = report(.failure(list.name, error))
        }
    }

    package var mostFiles: Int? { nil }
}
