"""Prints the NETCONF datastore a provider edge starts with: netconf_base.py NETWORK.json ROUTER

Every VRF with its own route target and nothing else.
"""

import json
import sys
from xml.sax.saxutils import escape


def vrf(entry):
    yield from ["<vrf>", f"<name>{entry['name']}</name>", f"<description>{escape(entry['description'])}</description>", f"<rd>{entry['rd']}</rd>"]
    for family in ("ipv4", "ipv6"):
        yield f"<{family}>"
        yield f"<import-rt>{entry['routeTarget']}</import-rt>"
        yield f"<export-rt>{entry['routeTarget']}</export-rt>"
        policy = entry.get("exportPolicy", {}).get(family)
        if policy:
            yield f"<export-policy>{policy}</export-policy>"
        yield f"</{family}>"
    yield "</vrf>"


def main():
    path, name = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        router = json.load(file)["routers"][name]
    print('<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><vrfs xmlns="urn:wasl:frr:l3vpn">')
    for entry in router["vrfs"]:
        print("\n".join(vrf(entry)))
    print("</vrfs></config>")


main()
