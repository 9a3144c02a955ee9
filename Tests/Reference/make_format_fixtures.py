"""Writes Tests/Fixtures/formats: small pictures in the variants of WebP, GIF, BMP, TIFF, HEIC, AVIF and JPEG XL, each NAME.EXT
with NAME.EXT.rgb, which begins with width and height (two little-endian 32-bit numbers) and holds the 8-bit RGB pixels that the
file must decode to. Writes Tests/Fixtures/frames too: animations, documents and files of several pictures, each with NAME.EXT.rgb that has the
same of each of its frames, one after the other.

The pictures are drawn. Pixels of GIF, BMP and TIFF follow from the samples written here wherever they are written here; all
others are those of Pillow, pillow-heif and pillow-jxl-plugin, which bring decoders of their own. Needs those, NumPy, tifffile
with imagecodecs, avifenc of libavif and cjxl of libjxl:  python Tests/Reference/make_format_fixtures.py
"""

import io
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 (registers itself)
import tifffile
from PIL import Image, ImageSequence

OUT = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "formats"
FRAMES = OUT.parent / "frames"

pillow_heif.register_heif_opener()


def picture(width=37, height=26):
    """A gradient with a bright disc and a dark bar, [height, width, 3] uint8; no side is a multiple of a block."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    rgb = np.stack([x * 6 + 8, y * 9 + 12, 255 - (x + y) * 3.5], axis=-1)
    rgb[(x - width * 0.65) ** 2 + (y - height * 0.4) ** 2 < width] = [250, 240, 60]
    rgb[int(height * 0.6) : int(height * 0.8), 4 : width // 2] = [20, 10, 70]
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def save(name, data, expected=None):
    """Writes the file and its pixels; without `expected` those that Pillow finds."""
    if expected is None:
        image = Image.open(io.BytesIO(data))
        expected = np.asarray(image.convert("RGB"))
    expected = np.ascontiguousarray(expected, dtype=np.uint8)
    (OUT / name).write_bytes(data)
    height, width = expected.shape[:2]
    (OUT / (name + ".rgb")).write_bytes(struct.pack("<II", width, height) + expected.tobytes())


def encoded(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def with_alpha(rgb):
    alpha = np.flip(rgb[..., 1:2], axis=1)
    return Image.fromarray(np.concatenate([rgb, alpha], axis=-1), "RGBA")


def exif(orientation):
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0II" + struct.pack("<HIH", 42, 8, 1) + entry + bytes(4)


# WebP


def write_webps(rgb):
    image = Image.fromarray(rgb)
    save("lossy.webp", encoded(image, "WEBP", quality=80))
    save("lossy-best.webp", encoded(image, "WEBP", quality=95, method=6))
    save("lossless.webp", encoded(image, "WEBP", lossless=True), rgb)
    save("lossy-alpha.webp", encoded(with_alpha(rgb), "WEBP", quality=80))
    # exact: the colours of what is fully transparent are kept.
    save("lossless-alpha.webp", encoded(with_alpha(rgb), "WEBP", lossless=True, exact=True), rgb)
    save("orientation.webp", encoded(image, "WEBP", quality=80, exif=exif(6)[6:]))
    later = Image.fromarray(255 - rgb)
    save("animated.webp", encoded(image, "WEBP", lossless=True, save_all=True, append_images=[later], duration=40), rgb)


# GIF


def write_gifs(rgb):
    image = Image.fromarray(rgb).quantize(64)
    save("plain.gif", encoded(image, "GIF", interlace=0))
    save("interlaced.gif", encoded(image, "GIF", interlace=1))
    save("two-colours.gif", encoded(Image.fromarray(rgb).convert("1"), "GIF", interlace=0))
    save("grey.gif", encoded(Image.fromarray(rgb).convert("L"), "GIF", interlace=0))
    save("transparent.gif", encoded(image, "GIF", interlace=0, transparency=3))
    later = [Image.fromarray(np.roll(rgb, 5, axis=1)).quantize(32), Image.fromarray(255 - rgb).quantize(16)]
    save("animated.gif", encoded(image, "GIF", save_all=True, append_images=later, duration=40))
    # Noise fills the dictionary several times over.
    noise = np.random.default_rng(1).integers(0, 256, (90, 120), dtype=np.uint8)
    save("dictionary.gif", encoded(Image.fromarray(noise), "GIF", interlace=0))


# BMP, whose rarer variants nobody writes, so all of it is written here.


def bmp_file(header, colours, pixels):
    start = 14 + len(header) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + colours + pixels


def info(width, height, bits, compression=0, size=40, colours=0, masks=b""):
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, 0, 2835, 2835, colours, 0)
    return (header + masks).ljust(size, b"\0")


def rows(samples, bits, bottom_up=True):
    """[height, width] numbers of `bits` bits as BMP stores them."""
    result = b""
    for row in samples[::-1] if bottom_up else samples:
        text = b"".join(int(v).to_bytes(bits // 8, "little") for v in row) if bits >= 8 else None
        if text is None:
            digits = "".join(format(int(v), "0%db" % bits) for v in row)
            text = bytes(int(digits[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(digits), 8))
        result += text + bytes(-len(text) % 4)
    return result


def run_lengths(indices, bits):
    """Runs, literals, a skip and ends of lines; the last row of the file is skipped, so it has colour 0."""
    result = b""
    for number, row in enumerate(indices[::-1]):
        if number == len(indices) - 1:
            result += bytes([0, 2, 5, 0])
            continue
        x = 0
        while x < len(row):
            same = 1
            while x + same < len(row) and row[x + same] == row[x] and same < 255:
                same += 1
            value = int(row[x])
            if same > 2 or len(row) - x < 4:
                result += bytes([same, value if bits == 8 else value << 4 | value])
                x += same
            else:
                part = [int(v) for v in row[x : x + 5]]
                count = len(part)
                if bits == 4:
                    part = [a << 4 | b for a, b in zip(part[::2], (part + [0])[1::2])]
                body = bytes(part)
                if count < 3:
                    result += b"".join(bytes([1, int(v) if bits == 8 else int(v) << 4]) for v in row[x : x + count])
                else:
                    result += bytes([0, count]) + body + bytes(len(body) % 2)
                x += count
        result += bytes([0, 0])
    return result + bytes([0, 1])


def five_bits(samples, most):
    return (samples.astype(int) * 255 + most // 2) // most


def write_bmps(rgb):
    height, width = rgb.shape[:2]
    grey = rgb[..., 1].astype(int)
    generator = np.random.default_rng(2)
    for bits in [1, 4, 8]:
        palette = generator.integers(0, 256, (2**bits, 3), dtype=np.uint8)
        indices = grey >> (8 - bits)
        bgr = palette[:, ::-1]
        quads = np.concatenate([bgr, np.zeros((2**bits, 1), np.uint8)], axis=1).tobytes()
        save("palette-%d.bmp" % bits, bmp_file(info(width, height, bits), quads, rows(indices, bits)), palette[indices])
        old = struct.pack("<IHHHH", 12, width, height, 1, bits)
        save("old-palette-%d.bmp" % bits, bmp_file(old, bgr.tobytes(), rows(indices, bits)), palette[indices])
        if bits > 1:
            data = run_lengths(indices, bits)
            known = indices.copy()
            known[0] = 0
            compression = 1 if bits == 8 else 2
            save("runs-%d.bmp" % bits, bmp_file(info(width, height, bits, compression), quads, data), palette[known])
    packed = rgb[..., 0].astype(int) << 16 | rgb[..., 1].astype(int) << 8 | rgb[..., 2]
    save("rgb-24.bmp", bmp_file(info(width, height, 24), b"", rows(packed, 24)), rgb)
    save("rgb-24-from-top.bmp", bmp_file(info(width, -height, 24), b"", rows(packed, 24, False)), rgb)
    save("rgb-32.bmp", bmp_file(info(width, height, 32), b"", rows(packed, 32)), rgb)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    fifth = info(width, height, 32, 3, size=124, masks=masks)
    save("alpha.bmp", bmp_file(fifth, b"", rows(packed | grey << 24, 32)), rgb)
    turned = rgb[..., 2].astype(int) << 24 | rgb[..., 1].astype(int) << 16 | rgb[..., 0].astype(int) << 8
    swapped = struct.pack("<III", 0xFF00, 0xFF0000, 0xFF000000)
    save("masks.bmp", bmp_file(info(width, height, 32, 3) + swapped, b"", rows(turned, 32)), rgb)
    small = np.stack([rgb[..., 0] >> 3, rgb[..., 1] >> 3, rgb[..., 2] >> 3], axis=-1).astype(int)
    pixels = small[..., 0] << 10 | small[..., 1] << 5 | small[..., 2]
    save("rgb-555.bmp", bmp_file(info(width, height, 16), b"", rows(pixels, 16)), five_bits(small, 31))
    six = rgb[..., 1].astype(int) >> 2
    pixels = small[..., 0] << 11 | six << 5 | small[..., 2]
    expected = np.stack([five_bits(small[..., 0], 31), five_bits(six, 63), five_bits(small[..., 2], 31)], axis=-1)
    header = info(width, height, 16, 3) + struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    save("rgb-565.bmp", bmp_file(header, b"", rows(pixels, 16)), expected)


# TIFF


def tiff(array, **options):
    buffer = io.BytesIO()
    options.setdefault("metadata", None)
    with tifffile.TiffWriter(buffer, bigtiff=options.pop("bigtiff", False), byteorder=options.pop("byteorder", "<")) as writer:
        writer.write(array, **options)
    return buffer.getvalue()


def write_tiffs(rgb):
    image = Image.fromarray(rgb)
    grey = np.ascontiguousarray(rgb[..., 1])
    for compression in [None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "zstd", "lzma"]:
        save("%s.tiff" % (compression or "plain").replace("tiff_", ""), encoded(image, "TIFF", compression=compression), rgb)
    save("jpeg.tiff", encoded(image, "TIFF", compression="jpeg", quality=90))
    lossless = {"lossless": True}
    save("webp.tiff", tiff(rgb, photometric="rgb", compression="webp", compressionargs=lossless), rgb)
    for compression in ["group3", "group4"]:
        bits = Image.fromarray(rgb).convert("1")
        save(compression + ".tiff", encoded(bits, "TIFF", compression=compression))
    save("strips.tiff", tiff(rgb, photometric="rgb", rowsperstrip=7), rgb)
    save("tiles.tiff", tiff(rgb, photometric="rgb", tile=(16, 32), compression="zlib", predictor=True), rgb)
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1))
    save("planes.tiff", tiff(planes, photometric="rgb", planarconfig="separate", rowsperstrip=10), rgb)
    save("planes-tiles.tiff", tiff(planes, photometric="rgb", planarconfig="separate", tile=(16, 16), compression="lzw"), rgb)
    save("big-endian.tiff", tiff(rgb, photometric="rgb", byteorder=">"), rgb)
    save("big.tiff", tiff(rgb, photometric="rgb", bigtiff=True), rgb)
    low = (np.arange(rgb.size).reshape(rgb.shape) * 37) % 256
    deep = np.minimum(rgb.astype(int) * 256 + low, 65535)
    expected = np.rint(deep * 255.0 / 65535).astype(np.uint8)
    save("rgb-16.tiff", tiff(deep.astype(np.uint16), photometric="rgb"), expected)
    save("rgb-16-big-endian.tiff", tiff(deep.astype(">u2"), photometric="rgb", byteorder=">", compression="zlib", predictor=True), expected)
    save("grey-16.tiff", tiff(deep[..., 1].astype(np.uint16), photometric="minisblack"), expected[..., 1:2].repeat(3, axis=2))
    save("grey-8.tiff", tiff(grey, photometric="minisblack"), grey[..., None].repeat(3, axis=2))
    save("white-is-zero.tiff", tiff(255 - grey, photometric="miniswhite"), grey[..., None].repeat(3, axis=2))
    for bits in [2, 4]:
        samples = grey >> (8 - bits)
        expected = (samples.astype(int) * 255 // (2**bits - 1)).astype(np.uint8)
        name = "grey-%d.tiff" % bits
        save(name, tiff(samples, photometric="minisblack", bitspersample=bits), expected[..., None].repeat(3, axis=2))
    palette = np.random.default_rng(3).integers(0, 256, (3, 256))
    indexed = tiff(grey, photometric="palette", colormap=(palette * 257).astype(np.uint16))
    save("palette.tiff", indexed, palette.T[grey])
    alpha = np.asarray(with_alpha(rgb))
    save("alpha.tiff", tiff(alpha, photometric="rgb", extrasamples=["unassalpha"]), rgb)
    black = (255 - rgb.max(axis=-1)) // 2
    inks = np.concatenate([255 - rgb, black[..., None]], axis=-1)
    expected = (rgb.astype(int) * (255 - black[..., None].astype(int)) + 127) // 255
    save("cmyk.tiff", tiff(inks, photometric="separated", extrasamples=[]), expected)
    save("orientation.tiff", tiff(rgb, photometric="rgb", extratags=[(274, 3, 1, 6, True)]), rgb)
    pages = [image, Image.fromarray(255 - rgb)]
    save("pages.tiff", encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]), rgb)


# HEIC and AVIF


def heic(image, **options):
    return encoded(image, "HEIF", **options)


def avif(rgb, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.png"), pathlib.Path(folder, "out.avif")
        Image.fromarray(rgb).save(source)
        command = ["avifenc", "--jobs", "1", "--speed", "6", *options, str(source), str(target)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return target.read_bytes()


def by_planes(data, chroma):
    """The pixels of a full-range BT.601 AVIF whose chroma is repeated, from the planes that avifdec writes. Pillow
    interpolates chroma."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.avif"), pathlib.Path(folder, "out.y4m")
        source.write_bytes(data)
        subprocess.run(["avifdec", "--jobs", "1", str(source), str(target)], check=True, stdout=subprocess.DEVNULL)
        header, planes = target.read_bytes().split(b"\nFRAME\n")
    width, height = (int(next(v[1:] for v in header.split() if v[:1] == key)) for key in (b"W", b"H"))
    wide, high = (width + 1) // 2, (height + 1) // 2 if chroma == "420" else height
    samples = np.frombuffer(planes, np.uint8).astype(float)
    luma, rest = samples[: width * height].reshape(height, width), samples[width * height :]
    blue, red = (part.reshape(high, wide) - 128 for part in np.split(rest[: 2 * wide * high], 2))
    times = 2 if chroma == "420" else 1
    blue, red = (np.repeat(np.repeat(part, 2, 1), times, 0)[:height, :width] for part in (blue, red))
    green = luma - 0.344136 * blue - 0.714136 * red
    return np.clip(np.rint(np.stack([luma + 1.402 * red, green, luma + 1.772 * blue], axis=-1)), 0, 255)


def write_heifs(rgb):
    image = Image.fromarray(rgb)
    for chroma in ["420", "422", "444"]:
        save("chroma-%s.heic" % chroma, heic(image, quality=80, chroma=chroma))
    save("alpha.heic", heic(with_alpha(rgb), quality=90, chroma="444"))
    save("grey.heic", heic(image.convert("L"), quality=90))
    deep = pillow_heif.from_bytes(mode="RGB;16", size=image.size, data=(rgb.astype(np.uint16) * 257).tobytes())
    buffer = io.BytesIO()
    deep.save(buffer, quality=90, chroma="444")
    save("deep.heic", buffer.getvalue())
    save("several.heic", encoded(image, "HEIF", quality=80, save_all=True, append_images=[Image.fromarray(255 - rgb)]))

    for chroma in ["420", "422"]:
        data = avif(rgb, "--yuv", chroma, "--min", "10", "--max", "20")
        save("chroma-%s.avif" % chroma, data, by_planes(data, chroma))
    save("chroma-444.avif", avif(rgb, "--yuv", "444", "--min", "10", "--max", "20"))
    lossless = avif(rgb, "--lossless")
    save("lossless.avif", lossless, rgb)
    save("deep.avif", avif(rgb, "--yuv", "444", "--depth", "10", "--min", "5", "--max", "10"))
    save("deepest.avif", avif(rgb, "--yuv", "444", "--depth", "12", "--min", "5", "--max", "10"))
    save("alpha.avif", encoded(with_alpha(rgb), "AVIF", quality=90, subsampling="4:4:4"))
    save("grey.avif", avif(rgb, "--yuv", "400", "--min", "5", "--max", "10"))
    save("turned.avif", avif(rgb, "--lossless", "--irot", "1", "--imir", "0"), rgb)
    save("cropped.avif", avif(rgb, "--lossless", "--clap", "20,1,16,1,1,2,0,1"), rgb[5:21, 9:29])
    big = picture(192, 160)
    tiles = [big[y : y + 80, x : x + 96] for y in (0, 80) for x in (0, 96)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, "%d.png" % i) for i in range(4)]
        for path, tile in zip(paths, tiles):
            Image.fromarray(tile).save(path)
        target = pathlib.Path(folder, "out.avif")
        command = ["avifenc", "--jobs", "1", "--lossless", "--grid", "2x2", *map(str, paths), str(target)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        save("grid.avif", target.read_bytes(), big)


# JPEG XL


def write_jxls(rgb):
    image = Image.fromarray(rgb)
    save("lossless.jxl", encoded(image, "JXL", lossless=True), rgb)
    save("lossy.jxl", encoded(image, "JXL", quality=85))
    save("alpha.jxl", encoded(with_alpha(rgb), "JXL", lossless=True), rgb)
    save("grey.jxl", encoded(image.convert("L"), "JXL", lossless=True))
    save("container.jxl", encoded(image, "JXL", lossless=True, use_container=True), rgb)


# Frames


def save_frames(name, data, frames=None):
    """Writes the file and the pixels of its frames; without `frames` those that Pillow shows, on a canvas that begins as transparent black and
    without their opacity in the end. Where nothing is seen at all Pillow's colours mean nothing."""
    if frames is None:
        frames = []
        for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data))):
            rgba = np.asarray(frame.convert("RGBA"))
            frames.append(np.where(rgba[..., 3:] == 0, 0, rgba[..., :3]) if name.endswith(".gif") else rgba[..., :3])
    (FRAMES / name).write_bytes(data)
    with open(FRAMES / (name + ".rgb"), "wb") as file:
        for frame in frames:
            frame = np.ascontiguousarray(frame, dtype=np.uint8)
            file.write(struct.pack("<II", frame.shape[1], frame.shape[0]) + frame.tobytes())


def lzw(indices, bits=8):
    """Codes of a GIF's pixels, none of them for more than one pixel: the dictionary is cleared before codes get longer."""
    value, count, clear = 0, 0, 1 << bits
    codes = []
    for start in range(0, len(indices), (1 << bits) - 4):
        codes += [clear] + list(indices[start : start + (1 << bits) - 4])
    for code in codes + [clear + 1]:
        value |= int(code) << count
        count += bits + 1
    data = value.to_bytes((count + 7) // 8, "little")
    blocks = [data[i : i + 255] for i in range(0, len(data), 255)]
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif_frame(indices, x, y, disposal, transparent=None, colours=None, interlaced=False):
    height, width = indices.shape
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | (transparent is not None), 4, transparent or 0, 0)
    flags = (0x87 if colours is not None else 0) | (0x40 if interlaced else 0)
    order = [r for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for r in range(start, height, step)] if interlaced else range(height)
    table = b"" if colours is None else np.asarray(colours, np.uint8).tobytes()
    return control + struct.pack("<BHHHHB", 0x2C, x, y, width, height, flags) + table + lzw(indices[list(order)].ravel())


def gif_file(width, height, colours, *frames):
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + np.asarray(colours, np.uint8).tobytes() + b"".join(frames) + b";"


def write_frames(rgb):
    random = np.random.default_rng(4)
    image = Image.fromarray(rgb)
    height, width = rgb.shape[:2]
    shifted = []
    for i in range(5):
        frame = rgb.copy()
        frame[4 + i : 12 + i, 3 * i : 3 * i + 9] = [255, 40 * i, 90]
        shifted.append(Image.fromarray(frame))
    palettes = [frame.quantize(48) for frame in shifted]
    save_frames("changes.gif", encoded(palettes[0], "GIF", save_all=True, append_images=palettes[1:], duration=40))
    colours = random.integers(1, 256, (256, 3))
    colours[0] = colours[7] = 0  # the ground, and what is transparent
    own = random.integers(1, 256, (256, 3))
    own[7] = 0  # Pillow clears to the colour that is transparent, without its opacity

    def indices(height, width, holes=False):
        drawn = random.integers(8, 256, (height, width)).astype(np.uint8)
        drawn[random.random((height, width)) < (0.4 if holes else 0)] = 7
        return drawn

    frames = [
        gif_frame(indices(20, 24), 0, 0, 0),
        gif_frame(indices(9, 11, True), 3, 2, 1, 7),
        gif_frame(indices(8, 10), 12, 10, 2),  # cleared afterwards
        gif_frame(indices(12, 6, True), 10, 5, 3, 7),  # taken back afterwards
        gif_frame(indices(7, 24, True), 0, 13, 1, 7, interlaced=True),
        gif_frame(indices(20, 24, True), 0, 0, 2, 7, colours=own),
        gif_frame(indices(5, 5), 19, 15, 0),
    ]
    save_frames("disposals.gif", gif_file(24, 20, colours, *frames))
    # The first frame is a part of the canvas: without further ones it is all that is there.
    small, later = indices(10, 12), indices(6, 7)
    canvas = np.zeros((20, 24, 3), np.uint8)
    canvas[5:15, 4:16] = colours[small]
    canvas[0:6, 17:24] = colours[later]
    data = gif_file(24, 20, colours, gif_frame(small, 4, 5, 1), gif_frame(later, 17, 0, 1))
    save_frames("part.gif", data, [colours[small], canvas])

    save_frames("changes.webp", encoded(shifted[0], "WEBP", lossless=True, save_all=True, append_images=shifted[1:], duration=40))
    lossy = dict(quality=70, save_all=True, append_images=shifted[1:], allow_mixed=True, minimize_size=True, duration=40)
    save_frames("mixed.webp", encoded(shifted[0], "WEBP", **lossy))
    sheer = []
    for i, frame in enumerate(shifted):
        alpha = np.full((height, width, 1), 255, np.uint8)
        alpha[2 * i : 2 * i + 14, 5 + 3 * i : 20 + 3 * i] = 50 * i
        alpha[height - 6 :, : 6 * i] = 0
        sheer.append(Image.fromarray(np.concatenate([np.asarray(frame), alpha], axis=-1), "RGBA"))
    options = dict(lossless=True, exact=True, save_all=True, append_images=sheer[1:], duration=40, minimize_size=True)
    save_frames("sheer.webp", encoded(sheer[0], "WEBP", **options))

    grey = np.ascontiguousarray(rgb[..., 1])
    big = picture(64, 48)
    pages = [(rgb, dict(photometric="rgb")), (grey, dict(photometric="minisblack", compression="lzw")),
             (big, dict(photometric="rgb", tile=(16, 32), compression="zlib")), (255 - rgb, dict(photometric="rgb", rowsperstrip=7))]
    expected = [rgb, grey[..., None].repeat(3, axis=2), big, 255 - rgb]
    for name, kind in [("pages.tiff", {}), ("pages-big.tiff", dict(bigtiff=True, byteorder=">"))]:
        buffer = io.BytesIO()
        with tifffile.TiffWriter(buffer, **kind) as writer:
            for array, options in pages:
                writer.write(array, metadata=None, **options)
        save_frames(name, buffer.getvalue(), expected)

    # The primary one comes first, whatever its place is.
    heif = pillow_heif.HeifFile()
    several = [rgb, picture(48, 40), 255 - rgb]
    for array in several:
        heif.add_from_pillow(Image.fromarray(array))
    heif.primary_index = 1
    buffer = io.BytesIO()
    heif.save(buffer, quality=85, chroma="444", primary_index=1)
    decoded = [np.asarray(picture.to_pillow().convert("RGB")) for picture in pillow_heif.open_heif(io.BytesIO(buffer.getvalue()))]
    assert pillow_heif.open_heif(io.BytesIO(buffer.getvalue())).primary_index == 1
    save_frames("several.heic", buffer.getvalue(), [decoded[1], decoded[0], decoded[2]])
    write_moving_pngs(shifted)


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_pixels(samples, interlaced=False):
    """Rows of samples, [height, width] or [height, width, channels], without filters, in one pass or Adam7's seven."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    rows = [row for x, y, dx, dy in passes for row in samples[y::dy, x::dx] if row.size]
    return zlib.compress(b"".join(b"\0" + np.ascontiguousarray(row).astype(row.dtype.newbyteorder(">")).tobytes() for row in rows))


def moving_png(size, kind, frames, head=b"", default=None, interlaced=False, split=1):
    """`frames` are (samples, x, y, disposal, blends), the first of them the default image unless there is one; `kind` is depth and colour type."""
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, *kind, 0, 0, interlaced))
    data += png_chunk(b"acTL", struct.pack(">II", len(frames), 0)) + head
    if default is not None:
        data += png_chunk(b"IDAT", png_pixels(default, interlaced))
    number = 0
    for i, (samples, x, y, disposal, blends) in enumerate(frames):
        height, width = samples.shape[:2]
        data += png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, x, y, 1, 25, disposal, blends))
        number += 1
        packed = png_pixels(samples, interlaced)
        step = -(-len(packed) // split)
        for start in range(0, len(packed), step):
            if i == 0 and default is None:
                data += png_chunk(b"IDAT", packed[start : start + step])
            else:
                data += png_chunk(b"fdAT", struct.pack(">I", number) + packed[start : start + step])
                number += 1
        data += png_chunk(b"tEXt", b"Comment\0between frames")
    return data + png_chunk(b"IEND", b"")


def painted(size, frames):
    """What a viewer shows of such frames, their samples red, green, blue and opacity of 8 bits: the formulas of the PNG specification, rounded once."""
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    shown = []
    for i, (rgba, x, y, disposal, blends) in enumerate(frames):
        place = (slice(y, y + rgba.shape[0]), slice(x, x + rgba.shape[1]))
        before = canvas[place].copy()
        new, old = rgba.astype(float), before.astype(float)
        opacity, below = new[..., 3:] / 255, (1 - new[..., 3:] / 255) * old[..., 3:] / 255
        whole = np.where(opacity + below == 0, 1, opacity + below)
        over = np.concatenate([(new[..., :3] * opacity + old[..., :3] * below) / whole, (opacity + below) * 255], axis=-1)
        over = np.where(opacity == 0, old, np.floor(over + 0.5 + 1e-9))
        canvas[place] = over if blends else rgba
        shown.append(canvas[..., :3].copy())
        if disposal == 1 or (disposal == 2 and i == 0):
            canvas[place] = 0
        elif disposal == 2:
            canvas[place] = before
    return shown


def shown_by_pillow(data):
    """Each frame by a reader of its own: one that has shown a frame takes it for what was before it."""
    frames = []
    for i in range(Image.open(io.BytesIO(data)).n_frames):
        image = Image.open(io.BytesIO(data))
        image.seek(i)
        frames.append(np.asarray(image.convert("RGBA"))[..., :3])
    return frames


def write_moving_pngs(shifted):
    random = np.random.default_rng(8)
    size = (24, 20)

    def drawn(height, width, opacities):
        return np.concatenate([random.integers(0, 256, (height, width, 3)), random.choice(opacities, (height, width, 1))], axis=-1).astype(np.uint8)

    data = encoded(shifted[0], "PNG", save_all=True, append_images=shifted[1:], duration=40)
    save_frames("changes.png", data, shown_by_pillow(data))
    for name, opacities in [("operations.png", [0, 255, 255]), ("sheer.png", [0, 1, 60, 128, 254, 255])]:
        frames = [
            (drawn(20, 24, opacities), 0, 0, 0, 0),
            (drawn(9, 11, opacities), 3, 2, 0, 1),
            (drawn(8, 10, opacities), 12, 10, 1, 1),  # cleared afterwards
            (drawn(12, 6, opacities), 10, 5, 2, 1),  # taken back afterwards
            (drawn(7, 24, opacities), 0, 13, 2, 0),
            (drawn(6, 6, opacities), 9, 8, 1, 0),
            (drawn(20, 24, opacities), 0, 0, 0, 1),
            (drawn(1, 1, opacities), 23, 19, 0, 1),
        ]
        data = moving_png(size, (8, 6), frames)
        # Pillow, which blends opacities as it does colours, agrees with the formulas where no pixel is half transparent.
        save_frames(name, data, shown_by_pillow(data) if name == "operations.png" else painted(size, frames))
        assert name == "sheer.png" or all((a == b).all() for a, b in zip(shown_by_pillow(data), painted(size, frames), strict=True))
    # The default image is no frame; the first frame asks for what was before it.
    frames = [(drawn(20, 24, [255])[..., :3], 0, 0, 2, 0), (drawn(5, 7, [255])[..., :3], 17, 15, 0, 0), (drawn(3, 3, [255])[..., :3], 0, 0, 0, 1)]
    default = drawn(20, 24, [255])[..., :3]
    # Pillow takes the default image for what was before.
    opaque = [(np.concatenate([samples, np.full(samples.shape[:2] + (1,), 255, np.uint8)], axis=-1), *rest) for samples, *rest in frames]
    save_frames("apart.png", moving_png(size, (8, 2), frames, default=default), [default] + painted(size, opaque))
    # Indices, of which some are transparent, in passes and in several chunks.
    colours = random.integers(0, 256, (40, 3)).astype(np.uint8)
    opacities = np.array([0, 255, 100, 0, 200], np.uint8)
    table = np.concatenate([colours, np.concatenate([opacities, np.full(35, 255, np.uint8)])[:, None]], axis=-1)
    frames = [(random.integers(0, 40, shape).astype(np.uint8), x, y, d, b) for shape, x, y, d, b in
              [((20, 24), 0, 0, 0, 0), ((13, 9), 5, 4, 1, 1), ((20, 24), 0, 0, 2, 1), ((3, 2), 22, 17, 0, 1)]]
    head = png_chunk(b"PLTE", colours.tobytes()) + png_chunk(b"tRNS", opacities.tobytes())
    data = moving_png(size, (8, 3), frames, head, interlaced=True, split=3)
    save_frames("palette.png", data, painted(size, [(table[indices], *rest) for indices, *rest in frames]))
    # Grey with opacity, of 16 bits.
    frames = [(random.integers(0, 65536, shape + (2,)).astype(np.uint16), x, y, d, b) for shape, x, y, d, b in
              [((20, 24), 0, 0, 0, 0), ((13, 9), 5, 4, 0, 1), ((6, 24), 0, 3, 1, 1), ((2, 2), 1, 1, 0, 1)]]
    eight = [((samples.astype(np.uint64) * 255 + 32767) // 65535).astype(np.uint8)[..., [0, 0, 0, 1]] for samples, *_ in frames]
    data = moving_png(size, (16, 4), frames)
    save_frames("deep.png", data, painted(size, [(samples, *frame[1:]) for samples, frame in zip(eight, frames)]))
    # JPEG XL: what libjxl's own program makes of animated PNGs without loss; it takes no frames that are a part of the canvas.
    # What is not seen has no colours that could be compared.
    layers = [(drawn(20, 24, [0, 255] if i else [255]), 0, 0, 0, i % 3 > 0) for i in range(6)]
    layers[3] = (drawn(20, 24, [255]), 0, 0, 0, 0)
    whole = [(np.asarray(image), 0, 0, 0, 0) for image in shifted]
    for name, data in [("changes.jxl", moving_png(shifted[0].size, (8, 2), whole)), ("layers.jxl", moving_png(size, (8, 6), layers))]:
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder) / "a.png", pathlib.Path(folder) / "a.jxl"
            source.write_bytes(data)
            subprocess.run(["cjxl", "-d", "0", "-e", "3", source, target], check=True, capture_output=True)
            save_frames(name, target.read_bytes(), shown_by_pillow(data))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    FRAMES.mkdir(parents=True, exist_ok=True)
    rgb = picture()
    write_webps(rgb)
    write_gifs(rgb)
    write_bmps(rgb)
    write_tiffs(rgb)
    write_heifs(rgb)
    write_jxls(rgb)
    write_frames(rgb)
