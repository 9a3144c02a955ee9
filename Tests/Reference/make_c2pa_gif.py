"""Writes Tests/Fixtures/provenance/c2pa.gif: an animated GIF that the reference implementation of C2PA has signed, with a key that is thrown away.

Packages: c2pa-python, cryptography, Pillow.
"""

import datetime
import io
import json
from pathlib import Path

from c2pa import Builder, Context, Settings, C2paSignerInfo, C2paSigningAlg, Reader, Signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

TARGET = Path(__file__).resolve().parents[1] / "Fixtures" / "provenance" / "c2pa.gif"

def certificate(name, key, issuer, issuer_key, is_authority):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    start = datetime.datetime(2026, 1, 1)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
        .serial_number(7 if is_authority else 8).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(not is_authority, False, False, False, False, is_authority, is_authority, False, False), critical=True))
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())

root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
root = certificate("Drawn Authority", root_key, None, root_key, True)
leaf = certificate("Drawn Signer", key, root.subject, root_key, False)
pem = leaf.public_bytes(serialization.Encoding.PEM) + root.public_bytes(serialization.Encoding.PEM)
secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
info = C2paSignerInfo(C2paSigningAlg.ES256, pem, secret, None)
manifest = {"claim_generator_info": [{"name": "drawn_by_hand", "version": "1.0"}], "format": "image/gif", "title": "drawn",
  "assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "softwareAgent": {"name": "Example Firefly"}}]}}]}
picture = io.BytesIO()
frames = [Image.new("P", (24, 16), n) for n in (1, 2)]
for frame in frames:
    frame.putpalette([0, 0, 0, 200, 40, 40, 40, 40, 200] + [0] * 759)
frames[0].save(picture, "GIF", save_all=True, append_images=frames[1:])
picture.seek(0)
target = io.BytesIO()
context = Context(Settings.from_json(json.dumps({"builder": {"thumbnail": {"enabled": False}}})))
Builder(json.dumps(manifest), context).sign(Signer.from_info(info), "image/gif", picture, target)
data = target.getvalue()
results = json.loads(Reader("image/gif", io.BytesIO(data)).json())["validation_results"]["activeManifest"]
# Nobody is trusted here.
assert [failure["code"] for failure in results["failure"]] == ["signingCredential.untrusted"], results
TARGET.write_bytes(data)
