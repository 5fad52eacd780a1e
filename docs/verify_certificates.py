"""Certificates (RFC 5280), what says that they were not revoked, and timestamps (RFC 3161), for verify_signatures.py.

A path leads to an anchor of the trust file, and each certificate in it may do what it does there: key usage, path length, policies. Of each one a list or an
OCSP response that is carried along says that it was not revoked when it was used; how old that is, is for `wasl evidence verify`. A timestamp is over this
very signature, by an authority for timestamps. Name constraints are not understood here, and refuse what stands below them.
"""
import hashlib
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509 import ocsp

BASIC, USAGE, NAME_RULES, POLICIES, PURPOSES = "2.5.29.19", "2.5.29.15", "2.5.29.30", "2.5.29.32", "2.5.29.37"
UNDERSTOOD = (BASIC, USAGE, POLICIES, PURPOSES, "2.5.29.17", "2.5.29.31", "1.3.6.1.5.5.7.48.1.5")
ANY_POLICY, TIME_STAMPING, OCSP_SIGNING = "2.5.29.32.0", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"
FOR_MACHINES = {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3", TIME_STAMPING, OCSP_SIGNING}
PATH_MAX, RSA_BITS_MIN = 5, 2048
SHA2 = {bytes.fromhex("6086480165030402" + each): name for each, name in (("01", "SHA256"), ("02", "SHA384"), ("03", "SHA512"))}
# Of CMS (RFC 5652, RFC 5035), each as its bytes.
SIGNED_DATA, TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
CONTENT_TYPE, MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f")
RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
SIGNED_BY = {name: [bytes.fromhex("2a8648ce3d0403" + ecdsa), bytes.fromhex("2a864886f70d0101" + rsa)]
             for name, ecdsa, rsa in (("SHA256", "02", "0b"), ("SHA384", "03", "0c"), ("SHA512", "04", "0d"))}
INTEGER, OCTETS, OID, SEQUENCE, SET, TIME, CONTEXT_0 = 0x02, 0x04, 0x06, 0x30, 0x31, 0x18, 0xA0

class Refused(Exception): ...
class Unproven(Refused): """It does not show that it holds, and not that it does not."""

def require(holds, reason, kind=Refused):
    if not holds:
        raise kind(reason)

def time_of(one, name):
    return getattr(one, name + "_utc", None) or getattr(one, name).replace(tzinfo=timezone.utc)

def is_by(key, signature, data, algorithm, pad=None):
    try:
        require(isinstance(key, ec.EllipticCurvePublicKey) or key.key_size >= RSA_BITS_MIN, "a key is too short")
        key.verify(signature, data, *([ec.ECDSA(algorithm)] if isinstance(key, ec.EllipticCurvePublicKey) else [pad or padding.PKCS1v15(), algorithm]))
        return True
    except Exception:
        return False

def extension(certificate, oid):
    return next((each for each in certificate.extensions if each.oid.dotted_string == oid), None)

def purposes_of(certificate):
    found = extension(certificate, PURPOSES)
    return None if found is None else {each.dotted_string for each in found.value}

def may(certificate, *uses):
    """Whether its key usage has one of these, or it says nothing of it."""
    found = extension(certificate, USAGE)
    return found is None or any(getattr(found.value, use) for use in uses)

def is_issued(one, by, use="key_cert_sign"):
    """A certificate, or a list of revoked ones, by an authority."""
    data = one.tbs_certificate_bytes if isinstance(one, x509.Certificate) else one.tbs_certlist_bytes
    pad = getattr(one, "signature_algorithm_parameters", None)
    basic = extension(by, BASIC)
    is_authority = basic is not None and basic.value.ca and may(by, use)
    return is_authority and one.issuer == by.subject and is_by(by.public_key(), one.signature, data, one.signature_hash_algorithm, pad if isinstance(pad, padding.PSS) else None)

def require_path(leaf, pool, statuses, purpose, trust, at):
    """Up to an anchor for the purpose, each certificate valid at the time, allowed to do what it does, and not revoked by then."""
    anchors = [each for each in trust["anchors"] if purpose in each["for"]]
    require(all(each["x509"] != leaf for each in trust["anchors"]), "an anchor does not sign itself", Unproven)
    path, top = [leaf], None
    while top is None:
        top = next((each for each in anchors if is_issued(path[-1], each["x509"])), None)
        above = [each for each in pool + trust["authorities"] if each not in path and is_issued(path[-1], each)]
        require(top or (above and len(path) < PATH_MAX), f"no anchor for a {purpose} stands behind {leaf.subject.rfc4514_string()}", Unproven)
        path += [] if top else above[:1]
    for below, by in enumerate(path[1:] + [top["x509"]]):
        length = extension(by, BASIC).value.path_length
        require(length is None or below <= length, f"the path below {by.subject.rfc4514_string()} is too long", Unproven)
        require(extension(by, NAME_RULES) is None, "name constraints are not understood here", Unproven)
    for one, by in zip(path, path[1:] + [top["x509"]]):
        who = one.subject.rfc4514_string()
        require(all(not each.critical or each.oid.dotted_string in UNDERSTOOD for each in one.extensions), f"the certificate of {who} has a critical extension", Unproven)
        require(time_of(one, "not_valid_before") <= at, f"the certificate of {who} was not valid yet")
        require(at <= time_of(one, "not_valid_after"), f"the certificate of {who} was not valid", Unproven)
        revoked = revocations(one, by, *statuses)
        require(revoked or trust.get("bare"), f"nothing says whether the certificate of {who} was revoked", Unproven)
        require(all(each is None or each > at for each in revoked), f"the certificate of {who} was revoked", Unproven)
    require_leaf(leaf, purpose)
    wanted = top.get("policies", {}).get(purpose)
    held = [{each.policy_identifier.dotted_string for each in found.value} if found else set() for found in (extension(one, POLICIES) for one in path)]
    require(wanted is None or any(all(each in one or (place and ANY_POLICY in one) for place, one in enumerate(held)) for each in wanted),
            f"the certificate of {leaf.subject.rfc4514_string()} has none of the policies asked of a {purpose}", Unproven)

def require_leaf(leaf, purpose):
    who, basic, purposes = leaf.subject.rfc4514_string(), extension(leaf, BASIC), purposes_of(leaf)
    require(basic is None or not basic.value.ca, f"the certificate of {who} is one of an authority", Unproven)
    if purpose == "timestamp":
        is_for = purposes == {TIME_STAMPING} and extension(leaf, PURPOSES).critical and may(leaf, "digital_signature", "content_commitment")
    else:
        is_for = extension(leaf, USAGE) is not None and may(leaf, "content_commitment") and (purposes is None or not purposes <= FOR_MACHINES)
    require(is_for, f"the certificate of {who} is not for {'timestamps alone' if purpose == 'timestamp' else 'signatures'} (key usage)", Unproven)

def revocations(one, by, lists, answers):
    """When it was revoked, or None, by each that says something of it."""
    found = []
    for each in lists:
        if is_issued(each, by, "crl_sign"):
            entry = each.get_revoked_certificate_by_serial_number(one.serial_number)
            found.append(None if entry is None else time_of(entry, "revocation_date"))
    for each in answers:
        if is_answer(each, one, by):
            require(each.certificate_status != ocsp.OCSPCertStatus.UNKNOWN, "an OCSP responder does not know a certificate", Unproven)
            found.append(time_of(each, "revocation_time") if each.certificate_status == ocsp.OCSPCertStatus.REVOKED else None)
    return found

def is_answer(answer, one, by):
    """By the authority itself, or by a certificate that it gave for this alone."""
    responders = [by] + [each for each in answer.certificates if is_issued(each, by) and OCSP_SIGNING in (purposes_of(each) or ())]
    key = by.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    named = hashlib.new(answer.hash_algorithm.name, parts(parts(key)[0][1])[1][1][1:]).digest(), hashlib.new(answer.hash_algorithm.name, by.subject.public_bytes()).digest()
    is_of = answer.serial_number == one.serial_number and (answer.issuer_key_hash, answer.issuer_name_hash) == named
    return is_of and any(is_by(each.public_key(), answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm) for each in responders)

def parts(data):
    """The elements of DER, one after the other: tag, content, and all of it."""
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size > 0x7F:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        require(size <= len(data) - start, "a timestamp is cut off")
        found.append((tag, data[start : start + size], data[at : start + size]))
        at = start + size
    return found

def only(data, *tags):
    """The contents of elements of just these kinds."""
    found = parts(data)
    require([tag for tag, _, _ in found] == list(tags), "a timestamp has another form")
    return [content for _, content, _ in found]

def oid_of(algorithm):
    """Of an algorithm without parameters."""
    (tag, content, _), *rest = parts(algorithm)
    require(tag == OID and [each[2] for each in rest] in ([], [b"\5\0"]), "a timestamp has another form")
    return content

def require_timestamp(token, stamped, pool, statuses, trust):
    """When it says that these bytes were there."""
    kind, content = only(only(token, SEQUENCE)[0], OID, CONTEXT_0)
    version, digests, encapsulated, carried, signers = only(only(content, SEQUENCE)[0], INTEGER, SET, SEQUENCE, CONTEXT_0, SET)
    content_kind, octets = only(encapsulated, OID, CONTEXT_0)
    info, (signer,) = only(octets, OCTETS)[0], only(signers, SEQUENCE)
    signer_version, sid, digest_algorithm, attributes, made_by, signature = only(signer, INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0, SEQUENCE, OCTETS)
    require((kind, content_kind, version, signer_version) == (SIGNED_DATA, TST_INFO, b"\3", b"\1"), "it is no timestamp")
    certificates = [x509.load_der_x509_certificate(raw) for _, _, raw in parts(carried)]
    require(only(digests, SEQUENCE) == [digest_algorithm], "a timestamp has two digests")
    issuer, serial = parts(sid)[0][2], int.from_bytes(only(sid, SEQUENCE, INTEGER)[1], "big")
    leaf = next((one for one in certificates if one.serial_number == serial and one.issuer.public_bytes() == issuer), None)
    require(leaf is not None, "a timestamp does not carry the certificate of its signer", Unproven)
    signed = {only(each, OID, SET)[0]: only(each, OID, SET)[1] for each in only(attributes, *[SEQUENCE] * len(parts(attributes)))}
    algorithm = SHA2[oid_of(digest_algorithm)]
    require(oid_of(made_by) in [RSA_ENCRYPTION] + SIGNED_BY[algorithm], "a timestamp is signed by an algorithm that is not allowed", Unproven)
    require(only(signed[CONTENT_TYPE], OID) == [TST_INFO], "it is no timestamp")
    require(only(signed[MESSAGE_DIGEST], OCTETS)[0] == hashlib.new(algorithm, info).digest(), "a timestamp is not over its own content")
    require_bound(signed, leaf)
    whole = next(raw for tag, _, raw in parts(signer) if tag == CONTEXT_0)
    require(is_by(leaf.public_key(), signature, bytes([SET]) + whole[1:], getattr(hashes, algorithm)()), "a timestamp is not signed by its signer")
    fields = parts(parts(info)[0][1])
    (by, imprint), policy = only(fields[2][1], SEQUENCE, OCTETS), dotted(fields[1][1])
    require(imprint == hashlib.new(SHA2[oid_of(by)], stamped).digest(), "a timestamp is not over its signature")
    wanted = trust.get("timestamps", {}).get("policies", [])
    require(not wanted or policy in wanted, "a timestamp has none of the policies asked for", Unproven)
    require(fields[4][0] == TIME and fields[4][1][-1:] == b"Z", "a timestamp has no time")
    seconds, _, fraction = fields[4][1][:-1].decode().partition(".")
    at = datetime.strptime(seconds, "%Y%m%d%H%M%S").replace(microsecond=int(f"{fraction:0<6}"[:6]), tzinfo=timezone.utc)
    require_path(leaf, certificates + pool, statuses, "timestamp", trust, at)
    return at

def require_bound(signed, leaf):
    """RFC 5035: the signature names the certificate by which it is made."""
    named = [(parts(parts(parts(parts(signed[oid])[0][1])[0][1])[0][1]), default) for oid, default in
             ((SIGNING_CERTIFICATE, "SHA1"), (SIGNING_CERTIFICATE_V2, "SHA256")) if oid in signed]
    for ((tag, content, _), *rest), default in named:
        algorithm, value = (SHA2[oid_of(content)], rest[0][1]) if tag == SEQUENCE else (default, content)
        require(value == hashlib.new(algorithm, leaf.public_bytes(serialization.Encoding.DER)).digest(), "a timestamp names another certificate", Unproven)
    require(named, "a timestamp does not name the certificate of its signer", Unproven)

def dotted(oid):
    """An object identifier as people write it."""
    numbers, value = [], 0
    for byte in oid:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers, value = numbers + [value], 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first] + numbers[1:]))
