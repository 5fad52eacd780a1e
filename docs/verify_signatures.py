"""Who signed what in evidence of wasl, for verify-evidence.py: JAdES (RFC 7515) and X.509 (RFC 5280) with the package `cryptography`.

What was signed says what its row says, by certificates of those who had to, each under an anchor of the trust file and not revoked before by a list
that is carried along; and for what was pushed, what had to be signed was signed before. Timestamps, OCSP and the age of revocation data are for
`wasl evidence verify`. The trust file is JSON here; lines that begin with # are comments.
"""
import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.hashes import SHA256

NAMES = {"CN": "2.5.4.3", "SN": "2.5.4.4", "serialNumber": "2.5.4.5", "C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11",
         "title": "2.5.4.12", "givenName": "2.5.4.42", "organizationIdentifier": "2.5.4.97"}
BASIC_CONSTRAINTS = "2.5.29.19"

class Refused(Exception): ...

def require(holds, reason):
    if not holds:
        raise Refused(reason)

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

def pem(authority):
    return x509.load_pem_x509_certificate(authority["certificate"].encode())

def read_trust(path):
    with open(path, encoding="utf-8") as file:
        trust = json.loads("".join(line for line in file if not line.startswith("#")))
    anchors = [(pem(each), each["for"]) for each in trust["anchors"]]
    return {**trust, "anchors": anchors, "authorities": [pem(each) for each in trust.get("authorities", [])]}

def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

def time_of(one, name):
    return getattr(one, name + "_utc", None) or getattr(one, name).replace(tzinfo=timezone.utc)

def is_by(key, signature, data, algorithm, pad):
    try:
        key.verify(signature, data, *([ec.ECDSA(algorithm)] if isinstance(key, ec.EllipticCurvePublicKey) else [pad, algorithm]))
        return True
    except Exception:
        return False

def is_issued(one, by):
    """A certificate, or a list of revoked ones, by an authority."""
    data = one.tbs_certificate_bytes if isinstance(one, x509.Certificate) else one.tbs_certlist_bytes
    pad = getattr(one, "signature_algorithm_parameters", None)
    pad = pad if isinstance(pad, padding.PSS) else padding.PKCS1v15()
    is_authority = any(each.oid.dotted_string == BASIC_CONSTRAINTS and each.value.ca for each in by.extensions)
    return is_authority and one.issuer == by.subject and is_by(by.public_key(), one.signature, data, one.signature_hash_algorithm, pad)

def verify_path(leaf, pool, lists, purpose, trust, at):
    """Up to an anchor for the purpose, each certificate valid at the time."""
    path, anchors = [leaf], [certificate for certificate, uses in trust["anchors"] if purpose in uses]
    while not any(is_issued(path[-1], each) for each in anchors):
        above = [each for each in pool + trust["authorities"] if each not in path and is_issued(path[-1], each)]
        require(above and len(path) < 6, f"no anchor stands behind {leaf.subject.rfc4514_string()}")
        path.append(above[0])
    top = next(each for each in anchors if is_issued(path[-1], each))
    for one, by in zip(path, path[1:] + [top]):
        who = one.subject.rfc4514_string()
        require(time_of(one, "not_valid_before") <= at <= time_of(one, "not_valid_after"), f"the certificate of {who} was not valid")
        revoked = [each.get_revoked_certificate_by_serial_number(one.serial_number) for each in lists if is_issued(each, by)]
        require(all(each is None or time_of(each, "revocation_date") > at for each in revoked), f"the certificate of {who} was revoked")

def is_signer(leaf, who, trust):
    """Only the trust file says who signs for whom."""
    own = leaf.fingerprint(SHA256()).hex()
    def says(name):
        return [each.value for each in leaf.subject if each.oid.dotted_string == NAMES.get(name, name)]
    def is_named(each):
        is_subject = all(says(name) == [value] for name, value in each.get("subject", {}).items())
        return [each["party"], each["role"]] == who and own in each.get("certificates", [own]) and is_subject
    return any(map(is_named, trust["signers"]))

def verify_entry(entry, payload, trust, at):
    """One signature. Returns who signed as what, and with which certificate."""
    header = json.loads(url(entry["protected"]))
    who, signature = header["srAts"]["claimed"][0]["qVals"][:2], url(entry["signature"])
    beside = [json.loads(url(item)) for item in entry["header"]["etsiU"]]
    pool = [x509.load_der_x509_certificate(base64.b64decode(one["x509Cert"]["val"])) for item in beside for one in item.get("xVals", [])]
    lists = [x509.load_der_x509_crl(base64.b64decode(one["val"])) for item in beside for one in item.get("rVals", {}).get("crlVals", [])]
    leaf = next(one for one in pool if one.fingerprint(SHA256()) == url(header["x5t#S256"]))
    key = leaf.public_key()
    if header["alg"] == "ES256":
        require(len(signature) == 64 and key.curve.name == "secp256r1", "a signature has another form")
        signature = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    require(header["alg"] in ("ES256", "PS256", "RS256"), "a signature has another form")
    pad = padding.PSS(padding.MGF1(SHA256()), 32) if header["alg"] == "PS256" else padding.PKCS1v15()
    signed = f"{entry['protected']}.{payload}".encode()
    require(is_by(key, signature, signed, SHA256(), pad), f"a document is not what {leaf.subject.rfc4514_string()} signed")
    require(is_signer(leaf, who, trust), f"{leaf.subject.rfc4514_string()} does not sign for {who[0]} as {who[1]}")
    verify_path(leaf, pool, lists, "seal" if who[1] == "seal" else "person", trust, at)
    return who, leaf.fingerprint(SHA256())

def verify_document(document, says, party, trust, at):
    """That it says this, and that everybody who must has signed it. Returns the certificates."""
    payload = url(document["payload"])
    said = json.loads(payload)
    require(canonical(said).encode() == payload, "a signed document is not in its one form")
    require(all(said[name] == value for name, value in says.items()), "a signed document says something else than its row")
    signed = [verify_entry(each, document["payload"], trust, at) for each in document["signatures"]]
    places = sorted([each["party"], each["role"]] for each in said["signers"])
    roles = ["officer"] if party == "operator" else ["signatory", "seal"] if trust.get("seals", True) else ["signatory"]
    require(all([party, role] in places for role in roles) and {each[0] for each in places} == {party}, "it is not for its party to sign")
    require(sorted(who for who, _ in signed) == places, "somebody has not signed")
    certificates = [certificate for _, certificate in signed]
    require(len(set(certificates)) == len(certificates), "one certificate has signed in two places")
    return certificates

def read_policies(rows):
    """The versions that were proposed, by their digests, as signed documents name them."""
    policies = {}
    for body, subject in ((row["body"], row["subject"]) for row in rows if row["action"] == "policy.proposed"):
        texts = [{name: each[name] for name in ("language", "mediaType", "sha256")} for each in body["renditions"]]
        terms = {**{name: body[name] for name in ("version", "inForceFrom", "graceDays")}, "renditions": texts}
        require(body["digest"] == named(canonical(terms).encode()), "a policy is not what its digest says")
        require(subject == "policy/" + body["version"], "a policy is not what its row is about")
        policies[body["digest"]] = {"version": body["version"], "renditions": {each["language"]: each["sha256"] for each in texts}}
    return policies

def verify_decisions(bundle, rows, started, trust, installation):
    policies, held, sides = read_policies(rows), [], {}
    agreed = next((each for each in policies.values() if each["version"] == started[0]["request"]["policyVersion"]), None)
    documents = {each["sequence"]: each["document"] for each in bundle["signed"]}
    for row in (row for row in rows if row["sequence"] in documents and row["body"].get("decision", "approve") == "approve"):
        body, at = row["body"], instant(row["body"].get("decidedAt") or row["body"]["acceptedAt"])
        if row["action"] == "policy.accepted":
            policy = policies[body["digest"]]
            kind, party, subject = "policy-acceptance", body["entity"], policy["version"]
        else:
            is_request = {"request": True, "plan": False}[body["subject"]]
            kind, party, policy = ("request", body["party"], agreed) if is_request else ("plan-approval", "operator", None)
            subject = row["subject"] if is_request else body["planId"]
        says = {"kind": kind, "subject": {"id": subject, "digest": body["digest"]}, "policy": policy, "installation": trust.get("installation", installation)}
        for certificate in verify_document(documents[row["sequence"]], says, party, trust, at):
            require(sides.setdefault(certificate, party) == party, "one certificate has signed for two sides")
        held.append((kind, party, body["digest"], row["sequence"], at))
    pushes = list_pushes(rows)
    verify_pushes(bundle, rows, held, started, pushes)
    planned = {(plan["id"], each["pe"], named(each["xml"].encode())) for plan in bundle["plans"] for each in plan["payloads"]}
    sent = {(row["body"]["planId"], each["pe"], each["pushed"]) for row in rows if row["action"] == "transaction.recorded"
            for each in row["body"]["routers"] if each["pushed"]}
    odd = "" if sent <= planned else f", sent otherwise than planned (rebased, or another) {len(sent - planned)}"
    odd += ", of the network side nothing is shown" if pushes and not any(each[0] == "plan-approval" for each in held) else ""
    return f"signed decisions {len(held)}" + odd + ("" if pushes else ", nothing in it was pushed")

def list_pushes(rows):
    """By plan the row by which its first attempt began, and when the last one did in which something is on record as sent."""
    pushes, begun = {}, {}
    refused = [row["body"]["attempt"] for row in rows if row["action"] == "transaction.ended" and row["body"]["outcome"] == "refused"]
    for row in rows:
        is_record = row["action"] == "transaction.recorded" and any(each["pushed"] for each in row["body"]["routers"])
        if is_record or (row["action"] == "transaction.begun" and row["body"]["planId"] is not None):
            plan = row["body"]["planId"]
            began = begun.setdefault(plan, row) if is_record else row
            begun[plan] = began
            if is_record or row["body"]["attempt"] not in refused:
                first, last = pushes.get(plan, (began, began["at"]))
                pushes[plan] = (first, began["at"] if is_record else last)
    return pushes

def verify_pushes(bundle, rows, held, started, pushes):
    """What had to be signed before each push was, and for how long an approval holds."""
    (asked, kind), opens = started, started[1] in ("provision", "modify", "resume")
    plans = {row["subject"]: row["body"]["digest"] for row in rows if row["action"] == "plan.saved"}
    starts = {plan["id"]: (plan["contents"].get("window") or {}).get("notBefore") for plan in bundle["plans"]}
    for plan, (push, last) in pushes.items():
        def require_signed(what, side, digests):
            found = [each for each in held if each[:2] == (what, side) and (digests is None or each[2] in digests) and each[3] < push["sequence"]]
            require(found, f"the {what} of {side} for {plan} is missing, or was not signed before the push")
            return max(each[4] for each in found)
        for party in asked["parties"] if opens else []:
            require_signed("policy-acceptance", party, None)
            require_signed("request", party, [asked["requestDigest"]])
        is_over = kind == "withdraw" and instant(push["at"]) >= instant(asked["request"]["validUntil"])
        if kind != "suspend" and not is_over and bundle["edition"] == "whole":
            approved = require_signed("plan-approval", "operator", plans.values() if kind == "withdraw" else [plans.get(plan)])
            start = max(approved, instant(starts[plan])) if starts.get(plan) else approved
            require(not opens or instant(last) < start + timedelta(hours=4), f"the window of the plan-approval for {plan} had ended")
