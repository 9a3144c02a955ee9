"""Writes Tests/Fixtures/archives: the same members in every kind of archive that is read, each by another program than the one that reads it.

`members.*` are alike but for their kind. The others are about one thing each. Needs lz4, py7zr and zstandard from PyPI, lz4 and lzip from Debian:
python Tests/Reference/make_archive_fixtures.py
"""

import bz2
import io
import lzma
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

import lz4.frame
import py7zr
import zstandard

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "Fixtures" / "archives")
TIME = (2024, 2, 29, 23, 59, 58)
SECONDS = 1709251198  # the same in UTC


def png(width, height, seed, rows=None):
    """A picture that differs for each seed."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = rows or b"".join(
        b"\0" + bytes((seed * 37 + x * 5 + y * 11 + c * 60) & 255 for x in range(width) for c in range(3)) for y in range(height)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(pixels, 9))
        + chunk(b"IEND", b"")
    )


def zip_of(members, method=zipfile.ZIP_DEFLATED, target=None):
    buffer = target or io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = method if data else zipfile.ZIP_STORED
            info.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
            if data is None:
                info.external_attr = 0o120777 << 16
                data = b"d/a.png"
            archive.writestr(info, data)
    return buffer.getvalue()


class Pipe(io.RawIOBase):
    """What can't be wound back, so that sizes come behind the bytes."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)

    def getvalue(self):
        return self.bytes


def tar_of(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name.rstrip("/"))
            info.mtime = SECONDS
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.SYMTYPE if data is None else tarfile.REGTYPE
            info.linkname = "d/a.png" if data is None else ""
            info.size = len(data or b"")
            archive.addfile(info, io.BytesIO(data or b""))
    return buffer.getvalue()


def encrypt(data, password):
    """Traditional PKWARE encryption (APPNOTE 6.1), of which Python only reads."""
    keys = [0x12345678, 0x23456789, 0x34567890]
    table = [zlib.crc32(bytes([i]), 0xFFFFFFFF) ^ 0xFFFFFFFF ^ (0xFFFFFFFF >> 8) for i in range(256)]
    table = []
    for i in range(256):
        value = i
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)

    def update(byte):
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 255]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in data:
        temp = keys[2] | 2
        out.append(byte ^ (temp * (temp ^ 1) >> 8 & 255))
        update(byte)
    return bytes(out)


def mixed_zip(picture):
    """A member that is encrypted and one of a method that nothing knows, between two that are neither."""
    out, directory = b"", b""
    sealed = encrypt(bytes(11) + bytes([zlib.crc32(picture) >> 24]) + picture, b"secret")
    for name, flags, method, data in [
        (b"first.png", 0, 0, picture),
        (b"sealed.png", 1, 0, sealed),
        (b"unknown.png", 0, 77, picture),
        (b"last.png", 0, 0, picture),
    ]:
        when = ((TIME[3] << 11 | TIME[4] << 5 | TIME[5] // 2), ((TIME[0] - 1980) << 9 | TIME[1] << 5 | TIME[2]))
        fields = struct.pack("<HHHHHIIIHH", 20, flags, method, *when, zlib.crc32(picture), len(data), len(picture), len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(out)) + name
        out += b"PK\3\4" + fields + name + data
    end = struct.pack("<HHHHIIH", 0, 0, 4, 4, len(directory), len(out), 0)
    return out + directory + b"PK\5\6" + end


def seven_zip(members, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.7z"
        with py7zr.SevenZipFile(path, "w", **options) as archive:
            for name, data in members:
                if not name.endswith("/"):
                    archive.writestr(data, name)
        return path.read_bytes()


def large_zip_of(members):
    """As archives are whose sizes need 64 bits."""
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT = 1
    try:
        return zip_of(members)
    finally:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits


def piped(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def number(value):
    """As 7z writes numbers, of up to 14 bits."""
    return bytes([value]) if value < 128 else bytes([128 | value >> 8, value & 255])


def with_header(archive, packed):
    """A 7z with its header as it is, or packed by LZMA as 7-Zip does; py7zr packs it by LZMA2."""
    offset, size = struct.unpack("<QQ", archive[12:28])
    body, header = archive[32 : 32 + offset], archive[32 + offset : 32 + offset + size]
    assert header[:2] == b"\x17\x06"
    place = len(body) - (header[2] if header[2] < 128 else (header[2] & 63) << 8 | header[3])
    plain = lzma.decompress(body[-place:], lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 24}])
    body = body[:-place]
    header = plain
    if packed:
        alone = lzma.compress(plain, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
        header = b"\x17\x06" + number(len(body)) + b"\x01\x09" + number(len(alone) - 13) + b"\0"
        header += b"\x07\x0b\x01\0\x01\x23\x03\x01\x01\x05" + alone[:5] + b"\x0c" + number(len(plain)) + b"\0\0"
        body += alone[13:]
    start = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return archive[:8] + struct.pack("<I", zlib.crc32(start)) + start + body + header


def main():
    OUT.mkdir(parents=True, exist_ok=True)

    def save(name, data):
        (OUT / name).write_bytes(data)

    pictures = [png(40 + 3 * i, 33 + i, i) for i in range(4)]
    inner = zip_of([("inside.png", pictures[0])])
    members = [
        ("d/a.png", pictures[0]),
        ("d/text.txt", b"no picture\n" * 50),
        ("d/b.png", pictures[1]),
        ("d/inner.zip", inner),
        ("d/noise.bin", bytes(i * i * 7 >> 3 & 255 for i in range(3000))),
        ("c.png", pictures[2]),
        ("empty.png", b""),
        ("last.png", pictures[3]),
    ]
    tar = tar_of(members)
    save("members.tar", tar)
    save("members.tar.bz2", bz2.compress(tar))
    save("members.tar.xz", lzma.compress(tar))
    save("members.tar.zst", zstandard.ZstdCompressor(write_checksum=True).compress(tar))
    save("members.tar.lz4", lz4.frame.compress(tar, content_checksum=True))
    save("members.tar.lzma", lzma.compress(tar, lzma.FORMAT_ALONE))
    save("members.tar.lz", piped(tar, "lzip", "-c"))
    save("legacy.tar.lz4", piped(tar, "lz4", "-l", "-c"))
    # No archive, whatever it is packed by.
    save("picture.png.bz2", bz2.compress(pictures[0]))
    save("picture.png.xz", lzma.compress(pictures[0]))
    save("picture.png.zst", zstandard.ZstdCompressor().compress(pictures[0]))
    save("picture.png.lz4", lz4.frame.compress(pictures[0]))
    half = len(tar) // 2
    halves = [tar[:half], tar[half:]]
    save("parts.tar.bz2", b"".join(map(bz2.compress, halves)))
    save("parts.tar.xz", b"".join(map(lzma.compress, halves)))
    save("parts.tar.zst", b"".join(zstandard.ZstdCompressor(write_checksum=True).compress(part) for part in halves))
    save("parts.tar.lz4", b"".join(lz4.frame.compress(part, content_checksum=True) for part in halves))
    # As one part, of two blocks.
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    blocks = [packer.compress(halves[0]), packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), packer.compress(halves[1]), packer.flush()]
    save("blocks.tar.zst", b"".join(blocks))
    packer = lz4.frame.LZ4FrameCompressor(content_checksum=True, auto_flush=True)
    save("blocks.tar.lz4", packer.begin() + b"".join(map(packer.compress, halves)) + packer.flush())
    save("members.zip", zip_of(members))
    save("stored.zip", zip_of(members, zipfile.ZIP_STORED))
    save("bzip2.zip", zip_of(members, zipfile.ZIP_BZIP2))
    save("lzma.zip", zip_of(members, zipfile.ZIP_LZMA))
    save("streamed.zip", zip_of(members, target=Pipe()))
    save("streamed-stored.zip", zip_of(members, zipfile.ZIP_STORED, target=Pipe()))
    save("large.zip", large_zip_of(members))
    save("members.7z", seven_zip(members))
    save("copied.7z", seven_zip(members, filters=[{"id": py7zr.FILTER_COPY}]))
    names = [
        ("d/", b""),
        ("/etc/absolute.png", pictures[0]),
        ("../../up.png", pictures[1]),
        ("d/\u00fcber \u56f3.png", pictures[2]),
        ("d/twice.png", pictures[0]),
        ("d/twice.png", pictures[3]),
        ("d/link.png", None),
        ("line\nbreak.png", pictures[1]),
    ]
    save("names.tar", tar_of(names))
    save("names.zip", zip_of(names))
    save("mixed.zip", mixed_zip(pictures[0]))
    save("sealed.7z", seven_zip(members[:3], password="secret"))
    unknown = seven_zip(members[:3], filters=[{"id": py7zr.FILTER_ZSTD, "level": 3}])
    save("unknown.7z", with_header(unknown, packed=True))
    save("unknown-bare.7z", with_header(unknown, packed=False))
    save("unknown-lzma2.7z", unknown)
    save("sealed-names.7z", seven_zip(members[:3], password="secret", header_encryption=True))
    # Three hundred megabytes of zeros behind the beginning of a picture, and as many behind none, of a few hundred bytes.
    zeros = bytes(300 << 20)
    bomb = [("a.png", pictures[0][:33] + zeros), ("b.bin", zeros), ("c.png", pictures[2])]
    save("bomb.zip", zip_of(bomb, zipfile.ZIP_BZIP2))
    save("bomb.tar.bz2", bz2.compress(tar_of(bomb)))


if __name__ == "__main__":
    main()
