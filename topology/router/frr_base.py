"""Prints a router's own FRR configuration: frr_base.py NETWORK.json ROUTER

What belongs to NETCONF (RD, route targets, export route map of each VRF) is not in it; the agent adds that.
"""

import json
import sys


def core(router):
    """Loopback, OSPF for IPv4 and OSPFv3 for IPv6, LDP for both.

    Linux cannot send an IPv6 route to an IPv4 next hop, so VPNv6 has label-switched paths of its own, between IPv6 loopbacks.
    """
    yield from ["interface lo", f" ip address {router['loopback']['ipv4']}/32", f" ipv6 address {router['loopback']['ipv6']}/128"]
    yield from [" ip ospf area 0", " ipv6 ospf6 area 0", "exit"]
    for link in router["core"]:
        yield from [
            f"interface {link['interface']}",
            f" description to {link['to']}",
            f" ip address {link['ipv4']}",
            " ip ospf area 0",
            " ip ospf hello-interval 1",
            " ip ospf dead-interval 4",
            " ip ospf network point-to-point",
            " ipv6 ospf6 area 0",
            " ipv6 ospf6 hello-interval 1",
            " ipv6 ospf6 dead-interval 4",
            " ipv6 ospf6 network point-to-point",
            "exit",
        ]
    identity = router["loopback"]["ipv4"]
    yield from ["router ospf", f" ospf router-id {identity}", "exit", "router ospf6", f" ospf6 router-id {identity}", "exit"]
    yield from ["mpls ldp", f" router-id {identity}"]
    for family in ("ipv4", "ipv6"):
        # 15 s: with the default of 180 s a rebooted router has BGP, and so VPN routes, long before it has labels for them
        yield from [f" address-family {family}", f"  discovery transport-address {router['loopback'][family]}", "  session holdtime 15"]
        for link in router["core"]:
            yield from [f"  interface {link['interface']}", "  exit"]
        yield " exit-address-family"
    yield "exit"


def attachments(router):
    for vrf in router.get("vrfs", []):
        for attachment in vrf["attachments"]:
            yield from [f"interface {attachment['interface']}", f" description {vrf['name']} to {attachment['to']}"]
            yield from [f" ip address {attachment['ipv4']}", f" ipv6 address {attachment['ipv6']}", "exit"]
        yield f"vrf {vrf['name']}"
        for attachment in vrf["attachments"]:
            for route in attachment.get("routes", []):
                yield f" {'ipv6' if ':' in route['prefix'] else 'ip'} route {route['prefix']} {route['via']}"
        yield "exit-vrf"


def bgp(network, name):
    """VPNv4 between IPv4 loopbacks, VPNv6 between IPv6 loopbacks; the routers named as reflectors reflect to all others."""
    number, router = network["autonomousSystem"], network["routers"][name]
    reflector = router.get("routeReflector", False)
    peers = [r for n, r in sorted(network["routers"].items()) if n != name and (reflector or r.get("routeReflector", False))]
    yield from [f"router bgp {number}", f" bgp router-id {router['loopback']['ipv4']}", " no bgp default ipv4-unicast", " timers bgp 3 9"]
    for family in ("ipv4", "ipv6"):
        for peer in peers:
            address = peer["loopback"][family]
            yield from [f" neighbor {address} remote-as {number}", f" neighbor {address} timers connect 1"]
            yield f" neighbor {address} update-source {router['loopback'][family]}"
    for family in ("ipv4", "ipv6"):
        yield f" address-family {family} vpn"
        for peer in peers:
            yield f"  neighbor {peer['loopback'][family]} activate"
            if reflector:
                yield f"  neighbor {peer['loopback'][family]} route-reflector-client"
        yield " exit-address-family"
    yield "exit"
    for vrf in router.get("vrfs", []):
        yield from [f"router bgp {number} vrf {vrf['name']}", f" bgp router-id {router['loopback']['ipv4']}", " no bgp default ipv4-unicast"]
        for family in ("ipv4", "ipv6"):
            yield from [f" address-family {family} unicast", "  redistribute connected", "  redistribute static"]
            yield from ["  label vpn export auto", "  export vpn", "  import vpn", " exit-address-family"]
        yield "exit"


def main():
    path, name = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        network = json.load(file)
    router = network["routers"][name]
    # 1 s: a route map that is edited in place acts after this
    lines = ["frr defaults traditional", f"hostname {name}", "bgp route-map delay-timer 1"]
    lines += [*core(router), *attachments(router), *router.get("operatorLines", []), *bgp(network, name)]
    print("\n".join(lines))


main()
