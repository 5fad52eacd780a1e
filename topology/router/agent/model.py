"""What the VRFs of this router shall be, as values."""

import ipaddress
from dataclasses import dataclass, field

from .netconf import VRFS

FAMILIES = ("ipv4", "ipv6")


@dataclass(frozen=True)
class Rule:
    """Adds a route target to the routes for these prefixes; prefixes None: to every route."""

    name: str
    route_target: str
    prefixes: tuple | None


@dataclass(frozen=True)
class Family:
    """One address family of a VRF. The default is a VRF that NETCONF does not have: it neither imports nor exports."""

    rd: str | None = None
    import_rts: frozenset = field(default_factory=frozenset)
    export_rts: frozenset = field(default_factory=frozenset)
    policy: str | None = None
    rules: tuple = ()


def read_families(reply):
    """(vrf, family) -> Family, from the reply to get-config."""
    families = {}
    for vrf in reply.iter(tag("vrf")):
        for name in FAMILIES:
            element = vrf.find(tag(name))
            if element is not None:
                families[vrf.findtext(tag("name")), name] = Family(
                    rd=frr_text(vrf.findtext(tag("rd"))),
                    import_rts=frozenset(frr_text(rt.text) for rt in element.findall(tag("import-rt"))),
                    export_rts=frozenset(frr_text(rt.text) for rt in element.findall(tag("export-rt"))),
                    policy=element.findtext(tag("export-policy")),
                    rules=tuple(read_rule(rule) for rule in element.findall(tag("export-rule"))),
                )
    return families


def read_rule(element):
    whole = element.find(tag("whole-vpn")) is not None
    prefixes = {ipaddress.ip_network(prefix.text.strip(), strict=False) for prefix in element.findall(tag("prefix"))}
    return Rule(
        name=element.findtext(tag("name")),
        route_target=frr_text(element.findtext(tag("route-target"))),
        prefixes=None if whole else tuple(str(prefix) for prefix in sorted(prefixes)),
    )


def frr_text(text):
    """RFC 8294 writes the encoding first (0:65000:100); FRR knows it from the number, see the YANG module's typedef."""
    return text.strip().split(":", 1)[1]


def tag(name):
    return f"{{{VRFS}}}{name}"
