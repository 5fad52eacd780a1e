"""Another operator's NETCONF client (Debian's python3-ncclient), for what happens when wasl is not alone on a router.

other_client.py LAB_JSON ROUTER VERB [WORD]
  read            prints running
  state VRF       prints what the router does for that VRF (vrfs-state), as JSON
  probe           takes the candidate's lock and commits nothing, which a server refuses while a confirmed commit is pending
  change CONFIG   edits the candidate under lock and commits
  hold            holds the candidate's lock until its input ends
  litter CONFIG   leaves an edit in the candidate, uncommitted, until its input ends
  pend CONFIG     leaves a confirmed commit pending until its input ends
CONFIG is the content of <config>. A line of output says that it is done; the process then ends or waits.
"""

import json
import sys

from ncclient import manager

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
FRR = {"frr": "urn:wasl:frr:l3vpn"}
PENDING_SECONDS = "60"
PERSIST_ID = "other-client"


def connect(lab, router):
    with open(lab, encoding="utf-8") as file:
        state = json.load(file)
    at = state["routers"][router]
    return manager.connect(
        host=at["host"],
        port=at["port"],
        username=at["username"],
        key_filename=state["privateKey"],
        hostkey_verify=False,  # wasl pins it; this client is about what comes after
        allow_agent=False,
        look_for_keys=False,
        timeout=30,
    )


def edit(session, config):
    session.edit_config(
        target="candidate", config=f'<config xmlns="{BASE}" xmlns:nc="{BASE}">{config}</config>', default_operation="none"
    )


def read_state(session, vrf):
    """The answer to <get> with a filter for one VRF: the alignment of FRR, and the VRF's routes by prefix."""
    wanted = f'<vrfs-state xmlns="{FRR["frr"]}"><trouble/><alignment/><vrf><name>{vrf}</name></vrf></vrfs-state>'
    state = session.get(filter=("subtree", wanted)).data.find("frr:vrfs-state", FRR)
    return {
        "trouble": state.findtext("frr:trouble", None, FRR),
        "inLine": state.findtext("frr:alignment/frr:in-line", None, FRR) == "true",
        "vrfs": [entry.text for entry in state.iterfind("frr:vrf/frr:name", FRR)],
        "routes": {route.findtext("frr:prefix", None, FRR): read_route(route) for route in state.iterfind(".//frr:route", FRR)},
    }


def read_route(route):
    return {
        "origin": route.findtext("frr:origin", None, FRR),
        "egress": [address.text for address in route.iterfind("frr:egress", FRR)],
        "labels": [[int(label.text) for label in hop.iterfind("frr:label", FRR)] for hop in route.iterfind("frr:next-hop", FRR)],
    }


def wait_for_end_of_input():
    sys.stdin.read()


def main():
    lab, router, verb, *rest = sys.argv[1:]
    with connect(lab, router) as session:
        if verb == "read":
            print(session.get_config(source="running").data_xml)
        elif verb == "state":
            print(json.dumps(read_state(session, rest[0])))
        elif verb == "probe":
            with session.locked("candidate"):
                session.commit()
            print("free")
        elif verb == "change":
            with session.locked("candidate"):
                edit(session, rest[0])
                session.commit()
            print("committed")
        elif verb == "hold":
            with session.locked("candidate"):
                print(f"session {session.session_id} holds the lock", flush=True)
                wait_for_end_of_input()
        elif verb == "litter":
            edit(session, rest[0])
            print("the candidate is dirty", flush=True)
            wait_for_end_of_input()
            session.discard_changes()
        elif verb == "pend":
            with session.locked("candidate"):
                edit(session, rest[0])
                session.commit(confirmed=True, timeout=PENDING_SECONDS, persist=PERSIST_ID)
            print("a confirmed commit is pending", flush=True)
            wait_for_end_of_input()
            session.cancel_commit(persist_id=PERSIST_ID)
            session.discard_changes()
        else:
            sys.exit(f"unknown verb {verb}")


main()
