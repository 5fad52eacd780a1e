# Keys, made once before any router boots: the client's, and a host key per router, so that the inventory can pin them.

CLIENT_KEY=$STATE/id_ed25519
KNOWN_HOSTS=$STATE/known_hosts

make_keys() {
  local lab=$1 router port folder
  mkdir -p "$STATE"
  chmod 700 "$STATE"
  [ -f "$CLIENT_KEY" ] || ssh-keygen -q -t ed25519 -N '' -C wasl-lab -f "$CLIENT_KEY"
  : >"$KNOWN_HOSTS"
  for router in $(routers "$lab"); do
    folder=$STATE/ssh/$router
    mkdir -p "$folder"
    [ -f "$folder/ssh_host_ed25519_key" ] || ssh-keygen -q -t ed25519 -N '' -C "$router" -f "$folder/ssh_host_ed25519_key"
    cp "$CLIENT_KEY.pub" "$folder/authorized_keys"
    printf '[127.0.0.1]:%s %s\n' "$(port_of "$router")" "$(cut -d' ' -f1,2 "$folder/ssh_host_ed25519_key.pub")" >>"$KNOWN_HOSTS"
  done
  describe_lab "$lab" >"$STATE/lab.json"
  describe_for_wasl "$lab"
}

# describe_for_wasl LAB: the inventory to import, and the worker's credentials file (WASL_CREDENTIALS)
describe_for_wasl() {
  jq --arg lab "$1" --argjson routers "$(jq .routers "$STATE/lab.json")" -f "$TOPOLOGY/host/inventory.jq" "$TOPOLOGY/$1.network.json" >"$STATE/inventory.yaml"
  jq --arg key "$CLIENT_KEY" '{ lab: { username: "root", privateKeyFile: $key, hostKeys: [.routers[].hostKeySha256] } }' \
    "$STATE/lab.json" >"$STATE/credentials.yaml"
  chmod 600 "$STATE/credentials.yaml"
}

routers() { jq -r '.routers | keys[]' "$TOPOLOGY/$1.network.json"; }
provider_edges() { jq -r '.routers | to_entries[] | select(.value.vrfs) | .key' "$TOPOLOGY/$1.network.json"; }
customer_edges() { jq -r '.customerEdges | keys[]' "$TOPOLOGY/$1.network.json"; }

# port_of ROUTER: as in the *.clab.yml files
port_of() {
  case $1 in
    pe*) echo $((28300 + ${1#pe})) ;;
    p*) echo $((28308 + ${1#p})) ;;
  esac
}

fingerprint() { ssh-keygen -l -E sha256 -f "$STATE/ssh/$1/ssh_host_ed25519_key.pub" | cut -d' ' -f2; }

# describe_lab LAB: what a client needs to know, as JSON
describe_lab() {
  local router
  for router in $(routers "$1"); do
    jq -n --arg name "$router" --argjson port "$(port_of "$router")" --arg key "$(fingerprint "$router")" \
      '{($name): {host: "127.0.0.1", $port, username: "root", hostKeySha256: $key}}'
  done | jq -s --arg lab "$1" --arg key "$CLIENT_KEY" --arg hosts "$KNOWN_HOSTS" --arg network "$TOPOLOGY/$1.network.json" \
    '{$lab, privateKey: $key, knownHosts: $hosts, $network, routers: add}'
}

# on ROUTER COMMAND...: as an engineer would, by ssh
on() {
  local router=$1
  shift
  ssh -p "$(port_of "$router")" -i "$CLIENT_KEY" -o IdentitiesOnly=yes -o UserKnownHostsFile="$KNOWN_HOSTS" -o StrictHostKeyChecking=yes \
    -o ConnectTimeout=5 -o LogLevel=ERROR root@127.0.0.1 "$@"
}

# own_state: what up makes under sudo is the person's, who logs in and runs the tests
own_state() { [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$STATE"; }
