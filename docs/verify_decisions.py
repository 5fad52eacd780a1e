"""Who decided what in evidence of wasl, and whether that was enough for what was pushed, for verify-evidence.py.

What is signed says what its row says; of the two parties each had accepted the policy that held, and signed the request; what a plan gains is in that request;
the network side had signed the plan, within its window; and nobody decided what the law keeps from them. All of it before the push. How old revocation data may
be is for `wasl evidence verify`.
"""
import ipaddress
import json
import re
from datetime import datetime, timedelta, timezone

from verify_certificates import Unproven, require
from verify_signatures import canonical, instant, named, read_trust, url, verify_document

NEVER = datetime.max.replace(tzinfo=timezone.utc)
WINDOW, ENDS = timedelta(hours=4), ("withdrawn", "rejected", "expired")

# What may be signed bare, and what it is then.
CLOSING = {"withdrawal": "withdrawal, bare", "plan-approval": "plan-approval, bare"}

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

def is_enough(digest, policies, rows, now):
    """Whether who accepted these terms lives by the policy in force: it is this one, or the first one after it gives grace."""
    published = [{**row["body"], "version": row["subject"][len("policy/"):]} for row in rows if row["action"] == "policy.published"]
    begun = sorted((each for each in published if instant(each["inForceFrom"]) <= now), key=lambda each: instant(each["inForceFrom"]))
    version = policies.get(digest, {}).get("version")
    places = [place for place, each in enumerate(begun) if (each["digest"], each["version"]) == (digest, version)]
    later = begun[places[-1] + 1 :] if places else None
    return later == [] or bool(later and now < instant(later[0]["inForceFrom"]) + timedelta(days=later[0]["graceDays"]))

def list_decisions(rows):
    closing = ("policy.accepted", "withdrawal.requested")
    return [row for row in rows if row["action"] in closing or (row["action"] == "approval.recorded" and row["body"].get("decision") == "approve")]

def require_four_eyes(rows, decisions, asked, agreement):
    """Nobody signs their own request, or for both parties, or approves a plan who made it, or who made or signed its request."""
    asker = next(row["actor"] for row in rows if (row["action"], row["subject"]) == ("request.submitted", agreement))
    planners, signatories = {row["subject"]: row["actor"] for row in rows if row["action"] == "plan.saved"}, {}
    for body, actor in ((row["body"], row["actor"]) for row in decisions if row["action"] == "approval.recorded"):
        if body["subject"] == "plan":
            require(actor != asker and actor not in signatories and planners.get(body["planId"]) != actor, f"{actor} approves a plan that they have a part in")
        elif body["digest"] == asked["requestDigest"]:
            require(actor != asker and signatories.setdefault(actor, body["party"]) == body["party"], f"{actor} signs their own request, or for both parties")

def says_of(row, document, asked, policies, agreement):
    """What its row says that a document says, of which side."""
    body = row["body"]
    if row["action"] == "withdrawal.requested":
        side = json.loads(url(document["payload"]))["signers"][0]["party"] if document else "operator"
        require(side in ["operator", *asked["parties"]], "a withdrawal is signed for nobody who could end it")
        return "withdrawal", side, agreement, asked["requestDigest"], None
    if row["action"] == "policy.accepted":
        policy = policies.get(body["digest"])
        return "policy-acceptance", body.get("entity"), policy and policy["version"], body["digest"], policy
    if {"request": True, "plan": False}[body["subject"]]:
        agreed = next((each for each in policies.values() if each["version"] == asked["request"]["policyVersion"]), None)
        return "request", body["party"], agreement, body["digest"], agreed
    return "plan-approval", "operator", body["planId"], body["digest"], None

def verify_decisions(bundle, rows, started, trust, installation):
    policies, decisions, held, sides, unproven = read_policies(rows), list_decisions(rows), [], {}, 0
    asked, agreement = started[0], bundle["changeId"].split("-C")[0]
    documents = {each["sequence"]: each["document"] for each in bundle["signed"]}
    by_hand = [(each["party"], each["accepts"], each["form"]) for each in trust.get("handSigned", [])]
    require_four_eyes(rows, decisions, asked, agreement)
    for row in decisions:
        body, document = row["body"], documents.get(row["sequence"])
        kind, party, subject, digest, policy = says_of(row, document, asked, policies, agreement)
        form = body.get("form") if kind == "policy-acceptance" and isinstance(body.get("form"), str) else None
        if (party, digest, form) in by_hand:
            held.append((kind, party, digest, row["sequence"], NEVER, instant(row["at"])))
        if document is None:
            continue
        at = instant(row["at"] if kind == "withdrawal" else body["acceptedAt"] if kind == "policy-acceptance" else body["decidedAt"])
        says = {"kind": kind, "subject": {"id": subject, "digest": digest}, "policy": policy, "installation": trust.get("installation", installation)}
        try:
            certificates, said, there = verify_document(document, says, party, trust, at)
        except Unproven:
            # What closes waits for no timestamp and no revocation data: its row then says that there were none. It opens nothing.
            if kind not in CLOSING or not isinstance(body.get("unproven"), str):
                raise
            certificates, said, there = verify_document(document, says, party, {**trust, "bare": True}, at)
            unproven, kind = unproven + 1, CLOSING[kind]
        for certificate in certificates if not kind.startswith("withdrawal") else []:
            require(sides.setdefault(certificate, party) == party, "one certificate has signed for two sides")
        if form is None:
            held.append((kind, party, digest, row["sequence"], said, there))
    pushes = list_pushes(rows)
    for plan, (first, last) in pushes.items():
        verify_push(bundle, rows, decisions, (held, policies, trust), started, (plan, first, last))
    planned = {(plan["id"], each["pe"], named(each["xml"].encode())) for plan in bundle["plans"] for each in plan["payloads"]}
    sent = {(row["body"]["planId"], each["pe"], each["pushed"]) for row in rows if row["action"] == "transaction.recorded"
            for each in row["body"]["routers"] if each["pushed"]}
    odd = "" if sent <= planned else f", sent otherwise than planned (rebased, or another) {len(sent - planned)}"
    odd += ", of the network side nothing is shown" if pushes and not any(each[0].startswith("plan-approval") for each in held) else ""
    hands = sum(each[4] == NEVER for each in held)
    odd += (f", by hand {hands}" if hands else "") + (f", unproven {unproven}" if unproven else "")
    return f"signed decisions {len(held) - hands - unproven}" + odd + ("" if pushes else ", nothing in it was pushed")

def list_pushes(rows):
    """By plan the row by which its first attempt began, and when the last one did in which something is on record as sent."""
    pushes, begun = {}, {}
    refused = [row["body"].get("attempt") for row in rows if row["action"] == "transaction.ended" and row["body"]["outcome"] == "refused"]
    for row in rows:
        is_record = row["action"] == "transaction.recorded" and any(each["pushed"] for each in row["body"]["routers"])
        if is_record or (row["action"] == "transaction.begun" and row["body"]["planId"] is not None):
            plan = row["body"]["planId"]
            began = begun.setdefault(plan, row) if is_record else row
            begun[plan] = began
            if is_record or row["body"].get("attempt") not in refused:
                first, last = pushes.get(plan, (began, began["at"]))
                pushes[plan] = (first, began["at"] if is_record else last)
    return pushes

def verify_push(bundle, rows, decisions, grounds, started, push):
    """What had to be signed before was there before, and for how long an approval holds."""
    (held, policies, trust), (asked, kind), (plan, first, last) = grounds, started, push
    opens, at = kind in ("provision", "modify", "resume"), instant(first["at"])
    latest = at + timedelta(seconds=trust.get("clockSkewSeconds", 300))
    contents = next((each["contents"] for each in bundle["plans"] if each["id"] == plan), None)
    if opens:
        require_power([row for row in rows if row["sequence"] < first["sequence"]], bundle["changeId"])
    if opens and contents is not None:
        require_agreed(contents["gained"], asked["request"].get("flows", []))
    def require_signed(what, side, is_it, why=""):
        kinds = (what,) if opens else (what, CLOSING[what])
        found = [each for each in held if each[0] in kinds and each[1] == side and each[3] < first["sequence"] and each[5] <= latest and is_it(each)]
        require(found, f"the {what} of {side} for {plan} is missing, or was not signed before the push{why}")
    for party in asked["parties"] if opens else []:
        require_signed("policy-acceptance", party, lambda each: is_enough(each[2], policies, rows, at))
        require_signed("request", party, lambda each: each[2] == asked["requestDigest"])
    if kind == "suspend" or (kind == "withdraw" and at >= instant(asked["request"]["validUntil"])):
        return
    approvals = [row for row in decisions if row["action"] == "approval.recorded" and row["body"]["subject"] == "plan"]
    digests = {**{row["body"]["planId"]: row["body"]["digest"] for row in approvals},
               **{row["subject"]: row["body"]["digest"] for row in rows if row["action"] == "plan.saved"}}
    covered = [digests.get(plan)] if opens else list(digests.values())
    # One that names what it accepts of others is not shown to parties.
    if bundle["edition"] == "parties" and not any(row["body"]["digest"] in covered and row["sequence"] < first["sequence"] for row in approvals):
        return
    begins = ((contents or {}).get("window") or {}).get("notBefore")
    def is_open(said, there):
        start = max(min(said, there), instant(begins)) if begins else min(said, there)
        return not opens or contents is None or instant(last) < start + WINDOW
    require_signed("plan-approval", "operator", lambda each: each[2] in covered)
    require_signed("plan-approval", "operator", lambda each: each[2] in covered and is_open(*each[4:]), ": the window of the plan-approval had ended")

def require_power(before, change):
    """Nothing opens by what was signed before its agreement or its change ended, was withdrawn, or another plan was asked for."""
    agreement, withdrawn, anew, power = change.split("-C")[0], False, False, "what was signed before opens nothing"
    for body, action, subject in ((row["body"], row["action"], row["subject"]) for row in before):
        decided = body.get("decision") if (action, body.get("subject")) == ("approval.recorded", "plan") else None
        require(subject != agreement or not action.endswith(".stepped") or body.get("to") not in ENDS, f"{agreement} had ended: {power}")
        require((action, subject) != ("change.ended", change), f"{change} had ended: {power}")
        if subject == agreement:
            withdrawn = action == "withdrawal.requested" or (withdrawn and decided != "reject")
        is_approved = decided == "approve" and str(body.get("planId")).startswith(change + "-P")
        anew = (action, subject) == ("plan.requested", change) or (anew and not is_approved)
    require(not withdrawn and not anew, f"{agreement} was withdrawn, or another plan of it asked for: {power}")

def require_agreed(gained, flows):
    """Nothing is opened that the parties did not sign."""
    def takes_in(entry, prefix):
        base, shortest, longest = re.fullmatch(r"(\S+)(?: ge (\d+))?(?: le (\d+))?", entry).groups()
        if " " not in entry:
            return entry == prefix
        network, own = ipaddress.ip_network(base), ipaddress.ip_network(prefix)
        return network.version == own.version and int(shortest or 0) <= own.prefixlen <= int(longest or 0) and own.subnet_of(network)
    for each in gained:
        scopes = [flow["prefixes"] for flow in flows if (flow["from"], flow["to"]) == (each["from"], each["to"])]
        is_agreed = any(scope == "whole-vpn" or any(takes_in(entry, each["prefix"]) for entry in scope) for scope in scopes)
        require(is_agreed, f"a plan would open {each['prefix']} of {each['from']} to {each['to']}, which is not in the request")
