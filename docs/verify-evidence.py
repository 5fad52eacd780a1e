#!/usr/bin/env python3
"""Verifies evidence of wasl (wasl-evidence/2) by itself: the standard library of Python 3.9 or newer, and nothing of wasl.

    verify-evidence.py FILE LOG-KEY [WITNESS-KEY...]

Exit code 0: the checkpoint is signed with LOG-KEY, every row is in it, and plans and XML are those of the rows. Else 2, and why.
"""
import base64
import hashlib
import json
import re
import sys
from decimal import Decimal

FORMAT = "wasl-evidence/2"
ROW = ["action", "actor", "at", "body", "hash", "nonce", "previousHash", "sequence", "subject"]

class Refused(Exception): ...

def require(holds, reason):
    if not holds:
        raise Refused(reason)

def sha256(data):
    return hashlib.sha256(data).digest()

# Ed25519 (RFC 8032, 5.1)
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    A, B = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    C, E = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return (e * f % P, g * h % P, f * g % P, e * h % P)

def times(number, point):
    result = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result

def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 != sign else x
    return None if x * x % P != square or x >= P else (x, y, 1, x * y % P)

BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def is_signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    public, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if public is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = times(s, BASE), add(r, times(h, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0

# Canonical JSON (RFC 8785): numbers as ECMAScript writes them
def number(value):
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    require(isinstance(exponent, int), "it has a number that is none")
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if text == "0":
        return "0"
    if 0 < point <= 21:
        text = text.ljust(point, "0") if exponent >= 0 else text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = text[0] + ("." + text[1:] if text[1:] else "") + f"e{point - 1:+d}"
    return "-" * sign + text

def canonical(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(float(value))
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"

def digest(value):
    return "sha256:" + sha256(canonical(value).encode()).hex()

def has_only(value, members):
    require(isinstance(value, dict) and sorted(value) == sorted(members), "it has other members than " + FORMAT)

def are(kind, *values):
    require(all(isinstance(value, kind) for value in values), "it has something else where a %s belongs" % kind.__name__)

def base64_of(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text and text != "", "it has base64 of another form")
    return data

# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)
def key_of(text, kind):
    name, key_id, encoded = text.split("+", 2)
    data = base64_of(encoded)
    known = sha256(name.encode() + b"\n" + data)[:4]
    require(len(data) == 33 and data[0] == kind and known.hex() == key_id, "it is no verifier key: " + text)
    return name, known, data[1:]

def signature_of(line, key):
    match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
    require(match is not None and match[1] == key[0], "a line is not of the key " + key[0])
    data = base64_of(match[2])
    require(data[:4] == key[1], "a line is not of the key " + key[0])
    return data[4:]

def verify_checkpoint(note, log, cosignatures):
    body, line = re.fullmatch("(.*\n)\n(\u2014 [^\n]+)\n", note, re.S).groups()
    require(is_signed(log[2], body.encode(), signature_of(line, log)), "its checkpoint is not signed with the key")
    origin, size, root, end = body.split("\n")
    require(origin == log[0] and end == "" and re.fullmatch("0|[1-9][0-9]{0,14}", size), "it is no checkpoint")
    for cosignature in cosignatures:
        has_only(cosignature, ["witness", "line"])
        are(str, cosignature["witness"], cosignature["line"])
        key = key_of(cosignature["witness"], 4)
        signature = signature_of(cosignature["line"], key)
        time = int.from_bytes(signature[:8], "big")
        require(time <= 253402300799, "a line is not the cosignature of its witness")
        signed = f"cosignature/v1\ntime {time}\n{body}".encode()
        require(is_signed(key[2], signed, signature[8:]), "a line is not the cosignature of its witness")
    require(len({each["witness"] for each in cosignatures}) == len(cosignatures), "a witness cosigned it twice")
    root = base64_of(root)
    require(len(root) == 32, "it is no checkpoint")
    return int(size), root

# RFC 9162, 2.1.3.2
def root_by(proof, index, size, leaf):
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        require(sn > 0, "a proof is too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\x01" + p + r)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01" + r + p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None

def verify_row(row, proof, size, root):
    has_only(row, ROW)
    fact = {name: row[name] for name in ("actor", "action", "subject", "body", "at")}
    if row["nonce"] is not None:
        fact.update(format="wasl-fact/2", nonce=row["nonce"])
    sequence = row["sequence"]
    link = canonical({"sequence": sequence, "previousHash": row["previousHash"], "fact": digest(fact)}).encode()
    require(row["hash"] == "sha256:" + sha256(link).hex(), f"row {sequence} was altered")
    require(0 < sequence <= size, f"row {sequence} is not in the ledger of the checkpoint")
    reached = root_by([base64_of(each) for each in proof], sequence - 1, size, sha256(b"\x00" + link))
    require(reached == root, f"row {sequence} is not in the ledger of the checkpoint")

def verify_plans(plans, rows):
    saved = {row["subject"]: row["body"]["digest"] for row in rows if row["action"] == "plan.saved"}
    for plan in plans:
        has_only(plan, ["id", "contents", "payloads"])
        are(list, plan["payloads"])
        require(saved.pop(plan["id"], None) == digest(plan["contents"]), "a plan is not the one that was made")
        wanted = {router["pe"]: router.get("payloadDigest") for router in plan["contents"]["routers"]}
        for payload in plan["payloads"]:
            has_only(payload, ["pe", "xml"])
            are(str, payload["pe"], payload["xml"])
            require(wanted.pop(payload["pe"], None) == digest(payload["xml"]), "an XML is not the one that was planned")
        require(not any(wanted.values()), "an XML is missing")
    require(not saved, "a plan is missing")

def verify(data, log_key):
    """Raises for what is no evidence; returns the bundle and the size of its checkpoint."""
    text = data.decode("utf-8")
    bundle = json.loads(text)
    require(canonical(bundle) + "\n" == text, "it is not the one text of what it says")
    has_only(bundle, ["format", "changeId", "checkpoint", "cosignatures", "entries", "plans"])
    require(bundle["format"] == FORMAT, "it is not of the format " + FORMAT)
    change = bundle["changeId"]
    are(str, change, bundle["checkpoint"])
    are(list, bundle["cosignatures"], bundle["entries"], bundle["plans"])
    size, root = verify_checkpoint(bundle["checkpoint"], key_of(log_key, 1), bundle["cosignatures"])
    rows, before = [], 0
    for each in bundle["entries"]:
        has_only(each, ["entry", "proof"])
        are(list, each["proof"])
        are(str, *each["proof"])
        row = each["entry"]
        verify_row(row, each["proof"], size, root)
        require(row["sequence"] > before, "the rows are not in order")
        subject, before = row["subject"], row["sequence"]
        require(subject in (change, change[: change.index("-C")]) or subject.startswith(change + "-P"), "a row is of something else")
        rows.append(row)
    started = any(row["action"] == "change.started" and row["subject"] == change for row in rows)
    require(started, "by its rows the change was never started")
    verify_plans(bundle["plans"], rows)
    return bundle, size

def visible(error):
    """What it quotes of a hostile file steers no terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(error))[:300]

def main(path, log_key, *witnesses):
    try:
        with open(path, "rb") as file:
            bundle, size = verify(file.read(), log_key)
        cosigned = {each["witness"] for each in bundle["cosignatures"]}
        require(set(witnesses) <= cosigned, "a witness that counts did not cosign")
    except Exception as error:
        print(f"NOT SOUND: {visible(error) if isinstance(error, Refused) else 'it is no evidence of a change'}")
        return 2
    print(f"SOUND: {bundle['changeId']}, rows {len(bundle['entries'])} of {size}, plans {len(bundle['plans'])}")
    return 0

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
