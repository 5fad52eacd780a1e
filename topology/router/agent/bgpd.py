"""FRR's bgpd: what it has, and commands to it.

Spoken to over its vty socket as vtysh does, which saves the half second that starting vtysh takes in a user-mode kernel: a command ends
with a zero byte, an answer with three of them and a status.
"""

import re
import socket
from dataclasses import dataclass, field

from . import routemap

SOCKET = "/run/frr/bgpd.vty"
ANSWER_SECONDS = 20


@dataclass
class Present:
    """One VRF and family as bgpd has it."""

    as_number: str
    rd: str | None = None
    import_rts: frozenset = field(default_factory=frozenset)
    export_rts: frozenset = field(default_factory=frozenset)
    route_map: str | None = None


@dataclass
class Configuration:
    families: dict = field(default_factory=dict)  # (vrf, family) -> Present
    maps: dict = field(default_factory=dict)  # name -> its lines; ours only
    prefix_lists: dict = field(default_factory=dict)  # name -> its lines; ours only


class Refused(Exception):
    """bgpd said no to a command."""


class Bgpd:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.connect(SOCKET)
        self.command("enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def command(self, text):
        self.socket.sendall(text.encode() + b"\0")
        answer = bytearray()
        while not (len(answer) >= 4 and answer[-4:-1] == b"\0\0\0"):
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("bgpd closed the socket")
            answer += data
        if answer[-1] != 0:
            raise Refused(f"{text}: {answer[:-4].decode(errors='replace').strip()} (status {answer[-1]})")
        return answer[:-4].decode()

    def configure(self, commands):
        """All commands, in order; stops at the first that is refused."""
        self.command("configure terminal")
        try:
            for command in commands:
                self.command(command)
        finally:
            self.command("end")

    def read_configuration(self):
        return parse(self.command("show running-config"))


def parse(text):
    configuration, vrf, as_number, present, entry = Configuration(), None, None, None, None
    for line in text.splitlines():
        words = line.split()
        if match := re.fullmatch(r"router bgp (\d+) vrf (\S+)", line):
            as_number, vrf = match.groups()
        elif line == "exit":
            if entry is not None:
                entry.append(line)
            vrf = entry = None
        elif vrf and words[:1] == ["address-family"]:
            present = configuration.families.setdefault((vrf, words[1]), Present(as_number))
        elif words == ["exit-address-family"]:
            present = None
        elif vrf and present:
            read_vpn_line(present, words)
        elif words[:1] == ["route-map"] and routemap.is_ours(words[1]):
            entry = configuration.maps.setdefault(words[1], [])
            entry.append(line)
        elif entry is not None:
            entry.append(line)
        elif words[1:2] == ["prefix-list"] and routemap.is_ours(words[2]):
            configuration.prefix_lists.setdefault(words[2], []).append(line)
    return configuration


def read_vpn_line(present, words):
    if words[:2] == ["rt", "vpn"]:
        if words[2] in ("import", "both"):
            present.import_rts = frozenset(words[3:])
        if words[2] in ("export", "both"):
            present.export_rts = frozenset(words[3:])
    elif words[:3] == ["rd", "vpn", "export"]:
        present.rd = words[3]
    elif words[:3] == ["route-map", "vpn", "export"]:
        present.route_map = words[3]
