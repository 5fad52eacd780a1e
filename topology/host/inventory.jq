# The lab as wasl's inventory, from *.network.json. $lab: its name; $routers: as in lab.json, with port and host key.

def bare: split("/")[0];
# the prefixes of the lab end at a dot or a double colon: 10.100.20.0/24, 2001:db8:100:20::/64
def network: bare | if contains(":") then . else sub("0$"; "") end;
def masked: (split("/") | .[1]) as $length | if contains(":") then bare | sub("::.*$"; "::") else bare | sub("[0-9]+$"; "0") end | "\(.)/\($length)";

# one attachment a prefix, so that each has an address to probe; the link's own prefix also says where the PE pings from
def attachments($ces):
  .to as $name | $ces[$name] as $ce
  | [ { branch: $name, prefixes: [$ce.ipv4], probe: $ce.ipv4, source: .ipv4 },
      { branch: "\($name) IPv6", prefixes: [$ce.ipv6], probe: $ce.ipv6, source: .ipv6 },
      ( .routes[] | .prefix as $prefix
        | { branch: "\($name) \($prefix)", prefixes: [$prefix], probe: ($prefix | network + "1"), source: null } ) ]
  | map(.prefixes |= map(masked) | .probe |= bare | .source |= (if . then bare else null end));

. as $network
| { version: 1,
    backbone: {
      name: "Lab \($lab)", asNumber: .autonomousSystem,
      routeTargetPool: { administrator: "\(.autonomousSystem)", from: 10000, to: 19999, quarantineDays: 1 },
      confirmTimeoutSeconds: 60 },
    entities: [.vpns[] | { id: .entity, name: .entityName }] | unique_by(.id),
    vpns: [.vpns | to_entries[] | { id: .key, entity: .value.entity, prefixes: .value.prefixes, canary: .value.canary }],
    routers: [
      .routers | to_entries[] | select(.value.vrfs)
      | { name: .key, platform: "frr",
          management: { host: "127.0.0.1", port: $routers[.key].port, hostKeys: [$routers[.key].hostKeySha256], credential: "lab" },
          vrfs: [.value.vrfs[] | { name, vpn: .name, routeDistinguisher: .rd, attachments: [.attachments[] | attachments($network.customerEdges)[]] }] } ] }
