#!/usr/bin/env python3
"""Verifies evidence of wasl (wasl-evidence/3) by itself: Python 3.9 or newer and its package `cryptography`, and nothing of wasl.
    verify-evidence.py FILE LOG-KEY [WITNESS-KEY...] [--trust TRUST]
Exit code 0: the checkpoint is signed with LOG-KEY, every row is in it, and what rows name is what is there; with TRUST also what had to be
signed is (verify_decisions.py beside it). Else 2, and why.
"""
import argparse, base64, decimal, hashlib, json, re, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
FORMAT, ABSENCES = "wasl-evidence/3", ("not-kept", "signed-anew", "too-large", "withheld")
KINDS = ("provision", "modify", "suspend", "resume", "withdraw")
CHAINED = {"sequence": int, "previousHash": str, "hash": str}
ROW = {**CHAINED, "action": str, "actor": str, "at": str, "body": dict, "nonce": (str, type(None)), "subject": str}
ENTRY = {"protected": str, "signature": str, "header": {"etsiU": [str]}}
SHAPE = {
    "format": str, "edition": str, "changeId": str, "checkpoint": str, "cosignatures": [{"witness": str, "line": str}],
    "entries": [{"entry": (ROW, {**CHAINED, "fact": str}), "proof": [str]}],
    "plans": [{"id": str, "contents": dict, "payloads": [{"pe": str, "xml": str}]}],
    "signed": [{"sequence": int, "digest": str, "document": {"payload": str, "signatures": [ENTRY]}}],
    "documents": [({"digest": str, "text": str}, {"digest": str, "base64": str})], "absent": [{"what": str, "why": str}],
}
class Refused(Exception): ...
class Literal(str): """A number with a fraction, as it is written: vouched for by the digest that it is in."""

def require(holds, reason):
    if not holds: raise Refused(reason)

def is_of(value, shape):
    if not isinstance(shape, (list, dict)):
        return any(is_of(value, each) for each in shape) if isinstance(shape, tuple) else type(value) is shape
    if isinstance(shape, list): return isinstance(value, list) and all(is_of(each, shape[0]) for each in value)
    return isinstance(value, dict) and value.keys() == shape.keys() and all(is_of(value[name], shape[name]) for name in shape)

def sha256(data): return hashlib.sha256(data).digest()
def named(data): return "sha256:" + sha256(data).hex()
def digest(value): return named(canonical(value).encode())
def is_signed(key, message, signature): return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None

def number_of(text):
    """Of the one form that RFC 8785, 3.2.2.3, has for it; one with a fraction as it is written."""
    sign, found, exponent = decimal.Decimal(repr(float(text))).normalize().as_tuple()
    digits, point = "".join(map(str, found)), len(found) + exponent
    form = f"{digits[0]}.{digits[1:]}e{point - 1:+}".replace(".e", "e")
    if -6 < point <= 21:
        form = "0." + "0" * -point + digits if point <= 0 else digits.ljust(point, "0") if exponent >= 0 else digits[:point] + "." + digits[point:]
    require(text == "-" * sign + form != "-0", "it is not the one text of what it says")
    return int(text) if text.lstrip("-").isdecimal() else Literal(text)

def canonical(value):
    """RFC 8785."""
    if isinstance(value, list): return "[" + ",".join(map(canonical, value)) + "]"
    if not isinstance(value, dict): return value if isinstance(value, Literal) else json.dumps(value, ensure_ascii=False)
    require("__proto__" not in value, "it has a name that is none to every reader")
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"

def decoded(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text != "", "it has base64 of another form")
    return data

# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)
def key_of(text, kind):
    name, key_id, encoded = text.split("+", 2)
    known = sha256(name.encode() + b"\n" + (data := decoded(encoded)))[:4]
    require(len(data) == 33 and data[0] == kind and known.hex() == key_id, "it is no verifier key: " + text)
    return name, known, data[1:]

def signature_of(line, key):
    match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
    require(match is not None and match[1] == key[0] and decoded(match[2])[:4] == key[1], "a line is not of the key " + key[0])
    return decoded(match[2])[4:]

def verify_checkpoint(note, log, cosignatures):
    body, line = re.fullmatch("(.*\n)\n(\u2014 [^\n]+)\n", note, re.S).groups()
    is_signed(log[2], body.encode(), signature_of(line, log))
    origin, size, root, end = body.split("\n")
    require(origin == log[0] and end == "" and re.fullmatch("0|[1-9][0-9]{0,14}", size) and len(decoded(root)) == 32, "it is no checkpoint")
    for each in cosignatures:
        key = key_of(each["witness"], 4)
        signature = signature_of(each["line"], key)
        time = int.from_bytes(signature[:8], "big")
        require(time <= 253402300799, "a line is not the cosignature of its witness")
        is_signed(key[2], f"cosignature/v1\ntime {time}\n{body}".encode(), signature[8:])
    require(len({each["witness"] for each in cosignatures}) == len(cosignatures), "a witness cosigned it twice")
    return int(size), decoded(root)

def root_by(proof, index, size, leaf):
    """RFC 9162, 2.1.3"""
    if size == 1:
        return None if proof else leaf
    half = 1 << (size - 1).bit_length() - 1
    inner = root_by(proof[:-1], index % half, half if index < half else size - half, leaf)
    return inner and sha256(b"\x01" + (inner + proof[-1] if index < half else proof[-1] + inner))

def verify_row(row, proof, size, root):
    fact = {name: row.get(name) for name in ("actor", "action", "subject", "body", "at")}
    if row.get("nonce") is not None:
        fact.update(format="wasl-fact/2", nonce=row["nonce"])
    sequence = row["sequence"]
    require("at" not in row or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.[0-9]{1,6})?(Z|[+-]\d\d:\d\d)", row["at"], re.A), f"row {sequence} has no time")
    link = canonical({"sequence": sequence, "previousHash": row["previousHash"], "fact": row.get("fact") or digest(fact)}).encode()
    require(row["hash"] == named(link), f"row {sequence} was altered")
    reached = 0 < sequence <= size and root_by([decoded(each) for each in proof], sequence - 1, size, sha256(b"\x00" + link))
    require(reached == root, f"row {sequence} is not in the ledger of the checkpoint")

def verify_plans(plans, rows, change, kind):
    saved = {row["subject"]: row["body"]["digest"] for row in rows if row["action"] == "plan.saved"}
    begun, sent = ({row["body"]["planId"] for row in rows if row["action"] == each} for each in ("transaction.begun", "transaction.recorded"))
    is_once = len(saved) == [row["action"] for row in rows].count("plan.saved")
    require(begun - {None} | sent <= saved.keys() and is_once, "a plan is missing, or was saved twice")
    for plan in plans:
        require((plan["contents"]["changeId"], plan["contents"]["kind"]) == (change, kind), "a plan is for something else")
        require(saved.pop(plan["id"], None) == digest(plan["contents"]), "a plan is not the one that was made")
        wanted = {router["pe"]: router.get("payloadDigest") for router in plan["contents"]["routers"]}
        for payload in plan["payloads"]:
            require(wanted.pop(payload["pe"], None) == digest(payload["xml"]), "an XML is not the one that was planned")
        require(not any(wanted.values()), "an XML is missing")
    require(not saved, "a plan is missing")

def names_of(row):  # The documents, by the SHA-256 of their bytes, and its signed document.
    body, action, found = row["body"], row["action"], []
    if action == "policy.proposed":
        found = [each["sha256"] for each in body["renditions"]]
    elif action == "transaction.recorded":
        found = [router[name] for router in body["routers"] for name in ("pushed", "before", "after", "transcript")]
    elif action in ("policy.accepted", "approval.recorded", "withdrawal.requested") and type(body.get("signature")) is str:
        found = [f"row {row['sequence']}"]
    return [each for each in (found or [action == "plan.saved" and body.get("record")]) if type(each) is str]

def verify_named(bundle, rows):
    signatures, there = {row["sequence"]: row["body"].get("signature") for row in rows}, [each["what"] for each in bundle["absent"]]
    for each in bundle["signed"]:
        made = [{"protected": one["protected"], "signature": one["signature"]} for one in each["document"]["signatures"]]
        fixed = digest({"payload": each["document"]["payload"], "signatures": made})
        require(each["digest"] == digest(each["document"]) and signatures.get(each["sequence"]) == fixed, "a signed document is another")
        there.append(f"row {each['sequence']}")
    for each in bundle["documents"]:
        require(each["digest"] == named(each["text"].encode() if "text" in each else decoded(each["base64"])), "a document is another")
        there.append(each["digest"])
    wanted = {name for row in rows for name in names_of(row)}
    require(len(there) == len(set(there)) and set(there) == wanted, "something that a row names is missing, or no row names it")
    for name, key in (("signed", "sequence"), ("documents", "digest"), ("absent", "what")):
        require(bundle[name] == sorted(bundle[name], key=lambda each: each[key]), f"its {name} are not in order")
    require(all(each["why"] in ABSENCES for each in bundle["absent"]), "it is not of the form of " + FORMAT)

def verify_subjects(bundle, rows):
    """Returns what was asked for, and what kind of change it is."""
    change = bundle["changeId"]
    require(re.fullmatch("IC-[0-9]{4,9}-C[0-9]{1,6}", change), "it is not of the form of " + FORMAT)
    agreement, first = change[: change.index("-C")], {(row["action"], row["subject"]): row["body"] for row in reversed(rows)}
    asked = first["request.submitted", agreement]
    parties, kind = asked["parties"], first["change.started", change]["kind"]
    require(digest(asked["request"]) == asked["requestDigest"], "the request is not the one of its digest")
    require(is_of(parties, [str]) and len(parties) == 2 == len(set(parties)) and kind in KINDS, "it is of no two parties, or no kind of change")
    for row in rows:
        is_own = row["subject"] in (change, agreement) or row["subject"].startswith(change + "-P")
        is_of_policy = row["action"] in ("policy.proposed", "policy.published", "policy.accepted") and row["subject"].startswith("policy/")
        is_theirs = row["action"] != "policy.accepted" or row["body"].get("entity") in parties
        require(is_own or (is_of_policy and is_theirs), "a row is of something else")
    return asked, kind

def verify(data, log_key):
    """Raises for what is no evidence; returns the bundle, the size of its checkpoint, the rows that are shown, what was asked for, and the kind."""
    text = data.decode("utf-8")
    bundle = json.loads(text, parse_float=number_of, parse_int=number_of, parse_constant=int)
    require(canonical(bundle) + "\n" == text, "it is not the one text of what it says")
    require(bundle["format"] == FORMAT and is_of(bundle, SHAPE), "it is not of the form of " + FORMAT)
    size, root = verify_checkpoint(bundle["checkpoint"], key_of(log_key, 1), bundle["cosignatures"])
    for each in bundle["entries"]:
        verify_row(each["entry"], each["proof"], size, root)
    sequences = [each["entry"]["sequence"] for each in bundle["entries"]]
    require(all(one < other for one, other in zip(sequences, sequences[1:])), "the rows are not in order")
    rows = [each["entry"] for each in bundle["entries"] if "action" in each["entry"]]
    require((is_whole := bundle["edition"] == "whole" and len(rows) == len(sequences)) or (bundle["edition"] == "parties" and bundle["plans"] == []), "it is of no edition")
    asked, kind = verify_subjects(bundle, rows)
    verify_plans(bundle["plans"], rows if is_whole else [], bundle["changeId"], kind)
    verify_named(bundle, rows)
    return bundle, size, rows, asked, kind

def main():
    def visible(error): return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(error))[:300]
    parser = argparse.ArgumentParser()
    for name, count in (("file", None), ("log_key", None), ("witness", "*"), ("--trust", None)):
        parser.add_argument(name, nargs=count)
    given = parser.parse_intermixed_args()
    try:
        with open(given.file, "rb") as file: bundle, size, rows, *started = verify(file.read(), given.log_key)
        require(set(given.witness) <= {each["witness"] for each in bundle["cosignatures"]}, "a witness that counts did not cosign")
        told = "signatures not verified"
        if given.trust is not None:
            from verify_decisions import read_trust, verify_decisions
            told = verify_decisions(bundle, rows, started, read_trust(given.trust), given.log_key.split("+")[0].removeprefix("wasl/"))
    except Exception as error:
        reasons = {"Refused": visible(error), "Unproven": visible(error), "InvalidSignature": "a checkpoint or cosignature is not signed with its key"}
        print(f"NOT SOUND: {reasons.get(type(error).__name__, 'it is no evidence of a change')}")
        return 2
    print(f"SOUND: {bundle['changeId']}, rows {len(rows)} of {size}, plans {len(bundle['plans'])}, {told}")
    return 0

if __name__ == "__main__": sys.exit(main())
