"""When to look: at every notification, and every POLL_SECONDS as a net below that.

The timeout of a confirmed commit and a cancel-commit come as netconf-confirmed-commit only, never as netconf-config-change.
"""

import time

from . import status
from .bgpd import Bgpd
from .model import read_families
from .netconf import Session
from .sync import commands_for

# Far above 1: netconfd looks at its timers only after a second without input, see netconf_filter.py.
POLL_SECONDS = 5


def say(*words):
    print(f"{time.time():.3f}", *words, flush=True)


def follow(session):
    session.subscribe()
    synchronise(session, "start")
    while True:
        event = session.next_event(POLL_SECONDS)
        reason = "poll" if event is None else describe(event)
        if reason is not None:
            synchronise(session, reason)


def describe(event):
    """The notification in a word, None where it cannot mean a change of running."""
    body = list(event)[-1]
    name = body.tag.rpartition("}")[2]
    if name in ("netconf-session-start", "netconf-session-end", "netconf-capability-change"):
        return None
    kind = "".join(" " + child.text for child in body if child.tag.endswith("confirm-event"))
    say("heard", name + kind)
    return name + kind


def synchronise(session, reason):
    started, at = time.monotonic(), time.time()
    wanted = read_families(session.running_vrfs())
    with Bgpd() as bgpd:
        configuration = bgpd.read_configuration()
        commands = commands_for(configuration, wanted)
        left = []
        if commands:
            bgpd.configure(commands)
            say(f"{reason}: applied in {time.monotonic() - started:.3f} s:", "; ".join(commands))
            left = commands_for(bgpd.read_configuration(), wanted)
            if left:
                lacking = f"FRR took the commands and still lacks, tried again at the next look: {'; '.join(left)}"
                say(lacking)
                status.trouble(lacking)
    status.looked(at, in_line=not left, changed=bool(commands))
    for vrf in sorted({vrf for vrf, _ in wanted} - {vrf for vrf, _ in configuration.families}):
        if reason != "poll":
            say(f"VRF {vrf} is in NETCONF and not on this router: nothing done for it")


def main():
    while True:
        session = None
        try:
            session = Session()
            follow(session)
        # whatever it was (netconfd or bgpd restarting, a refused command): say it, begin anew from a fresh reading
        except Exception as error:  # noqa: BLE001
            say("again after", repr(error))
            status.trouble(repr(error))
        finally:
            if session is not None:
                session.close()
        time.sleep(1)


main()
