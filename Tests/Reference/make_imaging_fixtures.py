"""Writes Tests/Fixtures/imaging: small pictures in the variants of JPEG and PNG that Assay's own encoders can't write,
each NAME.jpg or NAME.png with NAME.rgb, the 8-bit RGB pixels it must decode to, and TensorFlow's resize of one picture.

The picture is synthetic. JPEG pixels are Pillow's; PNG pixels follow from the samples written here. Needs Pillow, NumPy,
TensorFlow, and cjpeg and jpegtran of libjpeg-turbo:  python Tests/Reference/make_imaging_fixtures.py
"""

import io
import pathlib
import struct
import subprocess
import zlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "imaging"
WIDTH, HEIGHT = 20, 13  # no multiple of a block, so that edges matter


def picture():
    """A gradient with a bright disc and a dark bar, [HEIGHT, WIDTH, 3] uint8."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    rgb = np.stack([x * 12 + 8, y * 18 + 12, 255 - (x + y) * 7], axis=-1)
    rgb[(x - 13) ** 2 + (y - 5) ** 2 < 12] = [250, 240, 60]
    rgb[8:11, 2:9] = [20, 10, 70]
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def save(name, data, expected):
    (OUT / name).write_bytes(data)
    (OUT / name).with_suffix(".rgb").write_bytes(np.ascontiguousarray(expected, dtype=np.uint8).tobytes())


# JPEG


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def pixels_by_pillow(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def tool(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def ppm(rgb):
    return b"P6 %d %d 255\n" % (WIDTH, HEIGHT) + rgb.tobytes()


def without_segment(data, marker):
    """`data` without the first segment 0xFF `marker`."""
    at = data.index(bytes([0xFF, marker]))
    length = struct.unpack(">H", data[at + 2 : at + 4])[0]
    return data[:at] + data[at + 2 + length :]


def with_exif(data, order, orientation):
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def write_jpegs(rgb):
    image = Image.fromarray(rgb)
    plain = jpeg(image, subsampling=2)
    variants = {
        "grey": jpeg(image.convert("L")),
        "progressive": jpeg(image, subsampling=2, progressive=True),
        "rgb": jpeg(image, keep_rgb=True),
        "restart": jpeg(image, subsampling=2, restart_marker_blocks=1),
        "arithmetic": tool(["jpegtran", "-arithmetic"], plain),
        "arithmetic-progressive": tool(["jpegtran", "-arithmetic", "-progressive"], plain),
        "orientation-big-endian": with_exif(plain, ">", 6),
        "orientation-little-endian": with_exif(plain, "<", 8),
    }
    for sampling in ["1x1", "2x1", "2x2", "1x2", "4x1", "4x2"]:
        variants["sampling-" + sampling] = tool(["cjpeg", "-quality", "90", "-sample", sampling], ppm(rgb))
    # Scans of our own choice: each component alone; progressive without refinement, so that repeating a scan is legal.
    script = OUT / "scans.txt"
    for name, scans in [("one-scan-each", "0;1;2;"), ("spectral", "0,1,2:0-0,0,0;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;")]:
        script.write_text(scans)
        variants[name] = tool(["cjpeg", "-quality", "90", "-scans", str(script)], ppm(rgb))
    script.unlink()
    for name, data in variants.items():
        save(name + ".jpg", data, pixels_by_pillow(data))
    write_inks(rgb)


def write_inks(rgb):
    """Pictures of four inks. Pillow writes them as Adobe does: inverted, with a marker whose last byte is the transform."""
    black = (255 - rgb.max(axis=-1)) // 2
    inks = np.concatenate([255 - rgb, black[..., None]], axis=-1)
    adobe = jpeg(Image.fromarray(inks, "CMYK"))
    save("cmyk-adobe.jpg", adobe, pixels_by_pillow(adobe))

    # Without the marker the same samples mean covered, not uncovered paper, so the complement is written. Pillow inverts
    # whether there is a marker or not, so what it shows as ink is here the uncovered share.
    data = without_segment(jpeg(Image.fromarray(255 - inks, "CMYK")), 0xEE)
    uncovered = np.asarray(Image.open(io.BytesIO(data))).astype(int)
    save("cmyk-plain.jpg", data, (uncovered[..., :3] * uncovered[..., 3:] + 127) // 255)

    # YCCK: the three colours as luma and chroma, which Pillow can't write, so the converted samples are passed off as
    # inks and the transform is set afterwards.
    ycc = np.asarray(Image.fromarray(inks[..., :3]).convert("YCbCr"))
    data = bytearray(jpeg(Image.fromarray(np.concatenate([255 - ycc, inks[..., 3:]], axis=-1), "CMYK")))
    at = data.index(b"\xff\xee")
    assert data[at + 4 : at + 9] == b"Adobe"
    data[at + 15] = 2
    save("ycck-adobe.jpg", bytes(data), pixels_by_pillow(bytes(data)))


# PNG

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed(samples, depth):
    """Rows of [height, width, channels] samples as PNG stores them, each with filter 0 (none)."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            body = row.astype(">u2").tobytes()
        elif depth == 8:
            body = row.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), "0%db" % depth) for v in row)
            body = bytes(int(bits[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8))
        rows.append(b"\0" + body)
    return b"".join(rows)


def png(samples, colour_type, depth, interlaced=False, before=(), after=()):
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    body = b"".join(packed(part, depth) for part in parts if part.size)
    chunks = [chunk(b"IHDR", header), *before, chunk(b"IDAT", zlib.compress(body, 9)), *after, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def to_depth(values, depth):
    """8-bit values as samples of `depth` bits; 16-bit ones get low bytes that rounding must heed."""
    if depth == 16:
        low = (np.arange(values.size).reshape(values.shape) * 37) % 256
        return np.minimum(values.astype(int) * 256 + low, 65535)
    return values.astype(int) >> (8 - depth)


def to_8_bits(samples, depth):
    return np.rint(samples * 255.0 / (2**depth - 1)).astype(np.uint8)


def write_pngs(rgb):
    grey = rgb[..., :1]
    alpha = np.flip(rgb[..., 1:2], axis=1)

    def write(name, colour_type, depth, channels, **options):
        samples = to_depth(channels, depth)
        colours = to_8_bits(samples[..., : 1 if colour_type in (0, 4) else 3], depth)
        save(name + ".png", png(samples, colour_type, depth, **options), np.broadcast_to(colours, rgb.shape))

    for depth in [1, 2, 4, 8, 16]:
        write("grey-%d" % depth, 0, depth, grey)
    for depth in [8, 16]:
        write("grey-alpha-%d" % depth, 4, depth, np.concatenate([grey, alpha], axis=-1))
        write("rgb-%d" % depth, 2, depth, rgb)
        write("rgb-alpha-%d" % depth, 6, depth, np.concatenate([rgb, alpha], axis=-1))
    write("grey-1-interlaced", 0, 1, grey, interlaced=True)
    write("rgb-alpha-16-interlaced", 6, 16, np.concatenate([rgb, alpha], axis=-1), interlaced=True)
    write("grey-transparent", 0, 8, grey, before=[chunk(b"tRNS", struct.pack(">H", int(grey[0, 0, 0])))])
    colour = [int(v) for v in rgb[0, 0]]
    write("rgb-transparent", 2, 8, rgb, before=[chunk(b"tRNS", struct.pack(">HHH", *colour))])
    tiff = b"MM" + struct.pack(">HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, 5, 0, 0)
    write("orientation", 2, 8, rgb, before=[chunk(b"eXIf", tiff)])

    # Animated: the default image is shown first; a second frame follows in chunks that only animation readers know.
    control = struct.pack(">IIIIIHHBB", 0, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    second = struct.pack(">IIIIIHHBB", 1, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    frame = chunk(b"fcTL", second) + chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(packed(255 - rgb, 8), 9))
    write("animated", 2, 8, rgb, before=[chunk(b"acTL", struct.pack(">II", 2, 0)), chunk(b"fcTL", control)], after=[frame])

    for depth in [1, 2, 4, 8]:
        size = 2**depth if depth < 8 else 200
        palette = np.random.default_rng(depth).integers(0, 256, (size, 3), dtype=np.uint8)
        indices = (grey.astype(int) * size) >> 8
        for suffix, options in [("", {}), ("-interlaced", {"interlaced": True})]:
            chunks = [chunk(b"PLTE", palette.tobytes())]
            if depth == 4:
                chunks.append(chunk(b"tRNS", bytes(range(0, 250, 25))))
            data = png(indices, 3, depth, before=chunks, **options)
            save("palette-%d%s.png" % (depth, suffix), data, palette[indices[..., 0]])


# Resampling


def write_resized(rgb):
    import tensorflow as tf

    for width, height in [(31, 5), (7, 17)]:
        resized = tf.image.resize(rgb.astype(np.float32) / 255.0, (height, width), antialias=False).numpy()
        planes = np.ascontiguousarray(resized.transpose(2, 0, 1), dtype="<f4")
        (OUT / ("resized-%dx%d.f32" % (width, height))).write_bytes(planes.tobytes())


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    rgb = picture()
    (OUT / "picture.rgb").write_bytes(rgb.tobytes())
    write_jpegs(rgb)
    write_pngs(rgb)
    write_resized(rgb)
