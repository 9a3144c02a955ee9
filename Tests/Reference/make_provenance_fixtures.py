"""Makes the pictures in Tests/Fixtures/provenance, which say where they come from, with programs that are not Assay's: ExifTool
writes Exif, XMP and IIM, OpenSSL (by the package cryptography) signs, and CBOR and JUMBF are written here.

Needs exiftool (12.57), cryptography (48.0.0), Pillow (13.0.0) and pillow-heif (1.8.1). Keys are made anew and thrown away, so the signed files differ from run to run.
"""

import datetime
import hashlib
import pathlib
import shutil
import struct
import subprocess
import zlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID
import pillow_heif
from PIL import Image

FIXTURES = pathlib.Path(__file__).parent.parent / "Fixtures"
OUT = FIXTURES / "provenance"
JPEG = (FIXTURES / "imaging" / "grey.jpg").read_bytes()
PNG = (FIXTURES / "imaging" / "grey-8.png").read_bytes()
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


# CBOR (RFC 8949): the shortest heads.
def head(major, value):
    for bits, size in ((24, 0), (1 << 8, 1), (1 << 16, 2), (1 << 32, 4)):
        if value < bits:
            if size == 0:
                return bytes([major << 5 | value])
            return bytes([major << 5 | {1: 24, 2: 25, 4: 26}[size]]) + value.to_bytes(size, "big")
    raise ValueError(value)


def cbor(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    if isinstance(value, tuple):  # tag
        return head(6, value[0]) + cbor(value[1])
    raise TypeError(value)


def box(kind, body):
    return struct.pack(">I", 8 + len(body)) + kind + body


UUID = bytes.fromhex("00110010800000aa00389b71")


def superbox(kind, label, *contents):
    return box(b"jumb", box(b"jumd", kind + UUID + b"\x03" + label.encode() + b"\0") + b"".join(contents))


def assertion(label, value):
    return superbox(b"cbor", label, box(b"cbor", cbor(value)))


class Signer:
    """A key, and a certificate that an authority of its own has signed."""

    def __init__(self, name, key, algorithm, authority=None):
        self.key, self.algorithm = key, algorithm
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
        issuer, issuer_key = (authority.subject, authority.key) if authority else (subject, key)
        self.subject = subject
        start = datetime.datetime(2026, 1, 1)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(1 if authority is None else 2).not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        )
        digest = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        self.certificate = builder.sign(issuer_key, digest)

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message):
        if self.algorithm == -8:
            return self.key.sign(message)
        if self.algorithm == -37:
            return self.key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        digest, size = {-7: (hashes.SHA256(), 32), -35: (hashes.SHA384(), 48)}[self.algorithm]
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def manifest(label, signer, actions, hash_assertion, version=1, ingredients=(), alg="sha256", kind=b"c2ma"):
    """A manifest superbox; `hash_assertion` is the value of c2pa.hash.data."""
    suffix = ".v2" if version == 2 else ""
    assertions = [("c2pa.actions" + suffix, {"actions": actions}), ("c2pa.hash.data", hash_assertion), *ingredients]
    boxes = [(name, assertion(name, value)) for name, value in assertions]
    references = [
        {"url": f"self#jumbf=c2pa.assertions/{name}", "hash": hashlib.new(alg, data[8:]).digest()} for name, data in boxes
    ]
    claim = {"instanceID": "xmp:iid:1", "signature": "self#jumbf=c2pa.signature", "alg": alg}
    if version == 1:
        claim |= {"claim_generator": "drawn_by_hand/1.0", "dc:format": "image/jpeg", "assertions": references}
    else:
        claim |= {"claim_generator_info": {"name": "Drawn by hand", "version": "2.0"}, "created_assertions": references}
    claim = cbor(claim)
    protected = cbor({1: signer.algorithm, 33: signer.der})
    signature = signer.sign(cbor(["Signature1", protected, b"", claim]))
    message = cbor((18, [protected, {}, None, signature]))
    return superbox(
        kind, label, superbox(b"c2as", "c2pa.assertions", *(data for _, data in boxes)),
        superbox(b"c2cl", "c2pa.claim" + suffix, box(b"cbor", claim)),
        superbox(b"c2cs", "c2pa.signature", box(b"cbor", message)))


def store(*manifests):
    return superbox(b"c2pa", "c2pa", *manifests)


def app11(data, piece=400):
    """The box in pieces, each with the box's header."""
    parts = [data[8:][i:i + piece] for i in range(0, len(data) - 8, piece)]
    result = b""
    for number, part in enumerate(parts, 1):
        body = b"JP" + struct.pack(">HI", 1, number) + data[:8] + part
        result += b"\xff\xeb" + struct.pack(">H", 2 + len(body)) + body
    return result


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def signed(picture, at, wrap, make, alg="sha256"):
    """The picture with a manifest store at `at`; `make` builds the store from the value of the hash assertion."""
    def value(length, digest):
        return {"exclusions": [{"start": at, "length": length}], "name": "jumbf manifest", "alg": alg, "hash": digest, "pad": b""}

    digest = hashlib.new(alg, picture).digest()
    length = 1000
    # ECDSA signatures here have a fixed size, so the length settles.
    for _ in range(4):
        data = wrap(make(value(length, digest)))
        if len(data) == length:
            return picture[:at] + data + picture[at:]
        length = len(data)
    raise RuntimeError("the length does not settle")


def exiftool(name, source, *arguments):
    target = OUT / name
    target.write_bytes(source)
    subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, target], check=True)


shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir()

exiftool("camera.jpg", JPEG, "-Make=Example Optical", "-Model=EX-1", "-LensModel=EX 35mm F2", "-Software=Example 1.2",
         "-DateTimeOriginal=2026:01:02 03:04:05", "-ThumbnailImage<=" + str(FIXTURES / "imaging" / "grey.jpg"))
exiftool("parameters.jpg", JPEG,
         "-UserComment=a lighthouse at dusk, ölgemälde\nNegative prompt: text\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, "
         "Size: 64x64, Model: example, Version: f2.0.1v1.10.1-previous-1")
exiftool("parameters-and-camera.jpg", (OUT / "camera.jpg").read_bytes(),
         "-UserComment=a lighthouse\nSteps: 20, Sampler: Euler a, Seed: 1, Version: neo")
exiftool("iim.jpg", JPEG, "-IPTC:OriginatingProgram=Midjourney", "-IPTC:ProgramVersion=7")
exiftool("credit.jpg", JPEG, "-XMP-photoshop:Credit=Made with Google AI", f"-XMP-iptcExt:DigitalSourceType={TRAINED}")
exiftool("capture.jpg", JPEG, f"-XMP-iptcExt:DigitalSourceType={CAPTURE}", "-XMP-xmp:CreatorTool=Example 1.2")
exiftool("plain.jpg", JPEG, "-Comment=DigitalSourceType " + TRAINED, "-XMP-dc:Description=made by Midjourney",
         "-ImageDescription=Stable Diffusion, Steps: 20, Sampler: Euler a", "-XMP-xmp:CreatorTool=GIMP 2.10")
exiftool("xmp.png", PNG, f"-XMP-iptcExt:DigitalSourceType={TRAINED}")

es256 = Signer("Drawn Signer", ec.generate_private_key(ec.SECP256R1()), -7, authority := Signer(
    "Drawn Authority", ec.generate_private_key(ec.SECP256R1()), -7))
(OUT / "authority.pem").write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
other = Signer("Other Authority", ec.generate_private_key(ec.SECP256R1()), -7)
(OUT / "other-authority.pem").write_bytes(other.certificate.public_bytes(serialization.Encoding.PEM))
created = [{"action": "c2pa.created", "digitalSourceType": TRAINED, "softwareAgent": "Example Firefly"}]

(OUT / "c2pa-es256.jpg").write_bytes(signed(JPEG, 2, app11, lambda h: store(manifest("urn:uuid:1", es256, created, h))))
(OUT / "c2pa-ps256.jpg").write_bytes(signed(JPEG, 2, app11, lambda h: store(manifest(
    "urn:uuid:1", Signer("PSS Signer", rsa.generate_private_key(65537, 2048), -37), created, h, alg="sha512")), alg="sha512"))
(OUT / "c2pa-ed25519.jpg").write_bytes(signed(JPEG, 2, app11, lambda h: store(manifest(
    "urn:uuid:1", Signer("Edwards Signer", ed25519.Ed25519PrivateKey.generate(), -8), created, h))))
es384 = Signer("P-384 Signer", ec.generate_private_key(ec.SECP384R1()), -35)
edited = [{"action": "c2pa.opened"}, {"action": "c2pa.color_adjustments", "softwareAgent": {"name": "Example Editor", "version": "3"}}]


first = manifest("urn:uuid:1", es256, created, {"alg": "sha256", "hash": b"\0" * 32})
for relationship in ("parentOf", "componentOf"):
    ingredient = {"relationship": relationship, "activeManifest": {
        "url": "self#jumbf=/c2pa/urn:uuid:1", "hash": hashlib.sha256(first[8:]).digest()}}
    (OUT / f"c2pa-{relationship}.png").write_bytes(signed(
        PNG, 33, lambda data: chunk(b"caBX", data), lambda h: store(
            first, manifest("urn:uuid:2", es384, edited, h, version=2, ingredients=[("c2pa.ingredient.v3", ingredient)]))))

# Other containers, by Pillow and pillow-heif, in every way that they place metadata.
picture = Image.open(FIXTURES / "imaging" / "grey-8.png").convert("RGB")
exif = Image.Exif()
exif[0x010F], exif[0x0110], exif[0x0131] = "Example Optical", "EX-1", "Midjourney 7"
xmp = (OUT / "capture.jpg").read_bytes()
xmp = xmp[xmp.index(b"<?xpacket begin"):xmp.index(b"<?xpacket end")] + b"<?xpacket end='w'?>"
picture.save(OUT / "both.webp", exif=exif.tobytes(), xmp=xmp, quality=50)
picture.save(OUT / "both.avif", exif=exif.tobytes(), xmp=xmp, quality=50)
pillow_heif.from_pillow(picture).save(OUT / "both.heic", exif=exif.tobytes(), xmp=xmp, quality=50)
