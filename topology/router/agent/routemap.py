"""The export route map of one VRF and family: its rules in FRR's words.

Every rule is an entry that adds its route target and goes on to the next, so that all rules that match a route apply. The last entry
permits; with an operator's policy it calls that, which then decides.

FRR acts on a change of a map in use only after its delay timer, entry by entry. So a map is never changed: its name carries a digest of
its content, a new one is built beside the old, and one command changes over. The digest also makes the name depend on the rules alone,
not on what was there before, so that rules which come and go leave FRR's configuration as it was, to the byte.
"""

import hashlib
import re
from dataclasses import dataclass

# VRF, family, digest; of a prefix list also the entry it belongs to
NAME = re.compile(r"EXPORT-(?P<vrf>.+)-(?P<family>ipv4|ipv6)-(?P<digest>[0-9a-f]{8})(?:-(?P<entry>\d+))?")
LAST_ENTRY = 65535


@dataclass(frozen=True)
class RouteMap:
    name: str
    # in the words and the order of 'show running-config'
    prefix_lists: tuple
    entries: tuple


def export_map(vrf, family, wanted):
    """The RouteMap that these rules need, None where there are none."""
    if not wanted.rules:
        return None
    digest = hashlib.sha256(repr((wanted.policy, wanted.rules)).encode()).hexdigest()[:8]
    name = f"EXPORT-{vrf}-{family}-{digest}"
    ip = "ip" if family == "ipv4" else "ipv6"
    prefix_lists, entries = [], []
    for position, rule in enumerate(wanted.rules, 1):
        sequence = 10 * position
        entries += [f"route-map {name} permit {sequence}", f" description {rule.name}"]
        if rule.prefixes is not None:
            entries.append(f" match {ip} address prefix-list {name}-{sequence}")
            for index, prefix in enumerate(rule.prefixes, 1):
                prefix_lists.append(f"{ip} prefix-list {name}-{sequence} seq {5 * index} permit {prefix}")
        entries += [f" set extcommunity rt {rule.route_target}", " on-match next", "exit"]
    entries.append(f"route-map {name} permit {LAST_ENTRY}")
    if wanted.policy:
        entries.append(f" call {wanted.policy}")
    entries.append("exit")
    return RouteMap(name, tuple(prefix_lists), tuple(entries))


def is_ours(name):
    return NAME.fullmatch(name) is not None


def belongs_to(name, vrf, family):
    match = NAME.fullmatch(name)
    return match is not None and match["vrf"] == vrf and match["family"] == family
