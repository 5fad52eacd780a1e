"""How far FRR follows running, for netconfd to answer in vrfs-state (router/state): a small file, replaced in one step."""

import json
import os
import time

FILE = "/run/netconf/agent.json"
TEXT_CHARACTERS_MAX = 500  # the module's limit

_status = {"inLine": False}


def looked(started, in_line, changed):
    """The comparison that began at `started` found, or left, FRR as running says; `changed`: it sent commands."""
    _status.update(looked=started, inLine=in_line)
    if changed:
        _status["changed"] = time.time()
    _write()


def trouble(text):
    """What running says and what FRR does may differ until the next comparison."""
    _status.update(inLine=False, trouble={"time": time.time(), "text": text[:TEXT_CHARACTERS_MAX]})
    _write()


def _write():
    with open(FILE + ".new", "w", encoding="utf-8") as file:
        json.dump(_status, file)
    os.replace(FILE + ".new", FILE)
