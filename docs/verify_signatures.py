"""A signed document of wasl, for verify_decisions.py: JAdES (RFC 7515, ETSI TS 119 182-1) with the package `cryptography`.

Everybody who must sign it has signed its very bytes, by a certificate that the trust file gives to them for that, which was good when the signature was there:
by its timestamp. Certificates and timestamps are in verify_certificates.py. The trust file is JSON here; lines that begin with # are comments.
"""
import base64
import hashlib
import json
import re
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ocsp
from verify_certificates import Unproven, is_by, require, require_path, require_timestamp, time_of

NAMES = {"CN": "2.5.4.3", "SN": "2.5.4.4", "serialNumber": "2.5.4.5", "C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11",
         "title": "2.5.4.12", "givenName": "2.5.4.42", "organizationIdentifier": "2.5.4.97"}

def url(text):
    """Base64url in its one form."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    require(base64.urlsafe_b64encode(data).decode().rstrip("=") == text != "", "it has base64 of another form")
    return data

def named(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()

def canonical(value):
    """RFC 8785, for what is signed: it has no numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

def read_trust(path):
    with open(path, encoding="utf-8") as file:
        trust = json.loads("".join(line for line in file if not line.startswith("#")))
    def pem(authority):
        return x509.load_pem_x509_certificate(authority["certificate"].encode())
    anchors = [{**each, "x509": pem(each)} for each in trust["anchors"]]
    return {**trust, "anchors": anchors, "authorities": [pem(each) for each in trust.get("authorities", [])]}

def instant(text):
    require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", text, re.A), "it has no full time")
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

def is_signer(leaf, who, trust):
    """Only the trust file says who signs for whom."""
    own = leaf.fingerprint(SHA256()).hex()
    def says(name):
        return [each.value for each in leaf.subject if each.oid.dotted_string == NAMES.get(name, name)]
    def is_named(each):
        is_subject = all(says(name) == [value] for name, value in each.get("subject", {}).items())
        return [each["party"], each["role"]] == who and own in each.get("certificates", [own]) and is_subject
    return any(map(is_named, trust["signers"]))

def verify_entry(entry, payload, prepared, trust, received):
    """One signature. Returns who signed as what, with which certificate, when by their word, and when it was there."""
    header = json.loads(url(entry["protected"]))
    who, signature = header["srAts"]["claimed"][0]["qVals"][:2], url(entry["signature"])
    beside = [json.loads(url(item)) for item in entry["header"]["etsiU"]]
    def carried(kind, read):
        return [read(base64.b64decode(one["val"])) for item in beside for one in item.get("rVals", {}).get(kind, [])]
    pool = [x509.load_der_x509_certificate(base64.b64decode(one["x509Cert"]["val"])) for item in beside for one in item.get("xVals", [])]
    statuses = carried("crlVals", x509.load_der_x509_crl), carried("ocspVals", ocsp.load_der_ocsp_response)
    leaf = next((one for one in pool if one.fingerprint(SHA256()) == url(header["x5t#S256"])), None)
    require(leaf is not None, "the certificate of a signer is not there", Unproven)
    key, name = leaf.public_key(), leaf.subject.rfc4514_string()
    if header["alg"] == "ES256":
        require(len(signature) == 64 and key.curve.name == "secp256r1", "a signature has another form")
        signature = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    require(header["alg"] in trust.get("algorithms", ("ES256", "PS256", "RS256")), "a signature is by an algorithm that is not allowed", Unproven)
    pad = padding.PSS(padding.MGF1(SHA256()), 32) if header["alg"] == "PS256" else padding.PKCS1v15()
    require(is_by(key, signature, f"{entry['protected']}.{payload}".encode(), SHA256(), pad), f"a document is not what {name} signed")
    require(is_signer(leaf, who, trust), f"{name} does not sign for {who[0]} as {who[1]}", Unproven)
    tokens = [one["val"] for item in beside for one in item.get("sigTst", {}).get("tstTokens", [])]
    is_stamped = trust.get("timestamps", {}).get("required", True) and not trust.get("bare")
    require(len(tokens) == 1 or not (tokens or is_stamped), "no timestamp proves when a signature was there", Unproven)
    there = require_timestamp(base64.b64decode(tokens[0]), entry["signature"].encode(), pool, statuses, trust) if tokens else received
    there = min(there, received) if trust.get("bare") else there
    said, skew = datetime.fromtimestamp(header["iat"], timezone.utc), timedelta(seconds=trust.get("clockSkewSeconds", 300))
    earliest = max(there - timedelta(seconds=trust.get("signedBeforeMaxSeconds", 86400)), time_of(leaf, "not_valid_before"), prepared - skew)
    require(earliest <= said <= there + skew, f"{name} says of the signature that it was made at another time ({said.isoformat()}) than it was there", Unproven)
    require_path(leaf, pool, statuses, "seal" if who[1] == "seal" else "person", trust, there)
    return who, (leaf.fingerprint(SHA256()), key.public_numbers()), said, there

def verify_document(document, says, party, trust, at):
    """That it says this, and that everybody who must has signed it. Returns the certificates, and from when to when it was signed."""
    payload = url(document["payload"])
    said = json.loads(payload)
    require(canonical(said).encode() == payload, "a signed document is not in its one form")
    require(all(said[name] == value for name, value in says.items()), "a signed document says something else than its row")
    places = sorted([each["party"], each["role"]] for each in said["signers"])
    roles = ["officer"] if party == "operator" else ["signatory", "seal"] if trust.get("seals", True) else ["signatory"]
    require(all([party, role] in places for role in roles) and {each[0] for each in places} == {party}, "it is not for its party to sign")
    signed = [verify_entry(each, document["payload"], instant(said["preparedAt"]), trust, at) for each in document["signatures"]]
    require(sorted(who for who, *_ in signed) == places, "somebody has not signed", Unproven)
    for place in (0, 1):
        require(len({one[place] for _, one, *_ in signed}) == len(signed), "one key has signed in two places", Unproven)
    return [one[0] for _, one, *_ in signed], min(each[2] for each in signed), max(each[3] for each in signed)
