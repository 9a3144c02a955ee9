// Which file systems tell of changes at all: on a network share, what other machines do raises no event here.

internal import CInotifyTools
package import Files
internal import Glibc

/// The kind of file system that a directory lies on (`fstatfs`).
package struct FileSystemKind: Sendable, Equatable {
    /// As messages name it; nil for one whose events can be relied on.
    package let unreliable: String?

    package init(of directory: Directory) {
        var status = statfs()
        let isKnown = unsafe fstatfs(directory.descriptor, &status) == 0
        self.init(magic: isKnown ? UInt32(truncatingIfNeeded: status.f_type) : 0)
    }

    /// By the number that `statfs(2)` and `linux/magic.h` list.
    init(magic: UInt32) {
        unreliable =
            switch magic {
            case 0x6969: "NFS"
            case 0x517b, 0xff53_4d42, 0xfe53_4d42: "CIFS"
            case 0x6573_5546: "FUSE"
            case 0x794c_7630: "overlay"
            case 0x0102_1997: "9p"
            case 0x00c3_6400: "Ceph"
            case 0x5346_414f, 0x6b41_4653: "AFS"
            case 0x0bd0_0bd0: "Lustre"
            case 0x4750_4653: "GPFS"
            case 0x1983_0326: "BeeGFS"
            case 0x7461_636f: "OCFS2"
            case 0x0116_1970: "GFS2"
            case 0xbacb_acbc: "vmhgfs"
            case 0x786f_4256: "vboxsf"
            default: nil
            }
    }
}
