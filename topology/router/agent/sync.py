"""From what bgpd has to what NETCONF's running datastore says."""

from .model import Family
from .routemap import belongs_to, export_map


def commands_for(configuration, wanted_families):
    """Commands for all VRFs; empty when FRR is as wanted. A VRF that the router does not have gets none."""
    commands = []
    for (vrf, family), present in sorted(configuration.families.items()):
        commands += family_commands(configuration, vrf, family, present, wanted_families.get((vrf, family), Family()))
    return commands


def family_commands(configuration, vrf, family, present, wanted):
    build, change, remove = map_commands(configuration, vrf, family, present, wanted)
    change = target_commands(present, wanted) + change
    if change:
        enter = [f"router bgp {present.as_number} vrf {vrf}", f"address-family {family} unicast"]
        change = [*enter, *change, "exit-address-family", "exit"]
    return build + change + remove


def target_commands(present, wanted):
    commands = []
    if present.rd != wanted.rd:
        commands.append(f"rd vpn export {wanted.rd}" if wanted.rd else f"no rd vpn export {present.rd}")
    for direction, has, shall in (
        ("import", present.import_rts, wanted.import_rts),
        ("export", present.export_rts, wanted.export_rts),
    ):
        # 'rt vpn import LIST' replaces the list. 'no rt vpn import RT' empties it, whatever RT is named, and without one it is refused.
        if has != shall:
            commands.append(f"{'' if shall else 'no '}rt vpn {direction} {' '.join(sorted(shall or has))}")
    return commands


def map_commands(configuration, vrf, family, present, wanted):
    """What to do before, at and after the change over."""
    new = export_map(vrf, family, wanted)
    name = new.name if new else wanted.policy
    build = []
    if new and not is_intact(configuration, new):
        # the name exists with other content: somebody edited it by hand
        build += remove_commands(configuration, lambda other: other == new.name or other.startswith(f"{new.name}-"), family)
        build += [*new.prefix_lists, *new.entries]
    change = []
    if present.route_map != name:
        change.append(f"route-map vpn export {name}" if name else f"no route-map vpn export {present.route_map}")
    kept = {new.name, *(line.split()[2] for line in new.prefix_lists)} if new else set()
    remove = remove_commands(configuration, lambda other: belongs_to(other, vrf, family) and other not in kept, family)
    return build, change, remove


def is_intact(configuration, wanted_map):
    lists = [line for name, lines in configuration.prefix_lists.items() if name.startswith(f"{wanted_map.name}-") for line in lines]
    return by_entry(configuration.maps.get(wanted_map.name, ())) == by_entry(wanted_map.entries) and sorted(lists) == sorted(wanted_map.prefix_lists)


def by_entry(lines):
    """Entry -> its lines; FRR shows them in an order of its own."""
    entries, header = {}, None
    for line in lines:
        if line.startswith("route-map "):
            header = line
            entries[header] = set()
        elif line != "exit":
            entries[header].add(line.strip())
    return entries


def remove_commands(configuration, chosen, family):
    ip = "ip" if family == "ipv4" else "ipv6"
    maps = [f"no route-map {name}" for name in sorted(configuration.maps) if chosen(name)]
    return maps + [f"no {ip} prefix-list {name}" for name in sorted(configuration.prefix_lists) if chosen(name)]
