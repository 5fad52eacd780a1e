"""Another operator's NETCONF client (Debian's python3-ncclient), for what happens when wasl is not alone on a router.

other_client.py LAB_JSON ROUTER VERB [CONFIG]
  read            prints running
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


def wait_for_end_of_input():
    sys.stdin.read()


def main():
    lab, router, verb, *rest = sys.argv[1:]
    with connect(lab, router) as session:
        if verb == "read":
            print(session.get_config(source="running").data_xml)
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
