# The lab itself: deploy, wait, show, destroy.

READY_SECONDS_MAX=180

deploy() {
  local lab=$1 redeploy=$2 wanted deployed
  wanted="$lab $(fingerprint_of_lab "$lab")"
  deployed=$(cat "$STATE/deployed" 2>/dev/null || true)
  if [ -z "$redeploy" ] && [ "$wanted" = "$deployed" ] && all_running "$lab"; then
    say "$lab is deployed already"
    return
  fi
  destroy
  load_router_modules
  say "deploying $lab: $(routers "$lab" | xargs), $(customer_edges "$lab" | xargs)"
  clab "$lab" deploy --reconfigure
  echo "$wanted" >"$STATE/deployed"
}

# clab LAB VERB...: containerlab with what the topology files expect; its own files go to the state folder
clab() {
  local lab=$1
  shift
  mkdir -p "$STATE/containerlab"
  (cd "$TOPOLOGY" && WASL_IMAGE=$IMAGE WASL_SSH=$STATE/ssh CLAB_LABDIR_BASE=$STATE/containerlab with_log containerlab "$CONTAINERLAB" "$@" -t "$lab.clab.yml")
}

# fingerprint_of_lab LAB: all that a running lab was made from
fingerprint_of_lab() {
  { echo "$IMAGE ${WASL_LAB_MODE:-}"; cd "$TOPOLOGY" && find router yang "$1.clab.yml" "$1.network.json" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-16
}

all_running() {
  local node
  for node in $(routers "$1") $(customer_edges "$1"); do
    [ "$(docker inspect -f '{{.State.Running}}' "$node" 2>/dev/null)" = true ] || return 1
  done
}

wait_until_ready() {
  local lab=$1 waiting next missing node started=$SECONDS
  say "waiting until NETCONF answers, BGP is up and every PE has labels to every other ($(modes "$lab"))"
  waiting=$(routers "$lab")
  while [ -n "$waiting" ]; do
    next=
    for node in $waiting; do
      if missing=$(missing_on "$lab" "$node"); then say "$node is ready"; else next+="$node "; fi
    done
    waiting=$next
    if [ -n "$waiting" ] && [ $((SECONDS - started)) -gt $READY_SECONDS_MAX ]; then
      for node in $waiting; do say "$node: $(missing_on "$lab" "$node" | xargs)"; done
      fail "not ready after $READY_SECONDS_MAX s: $waiting" "docker logs NODE; topology/lab ssh NODE"
    fi
    [ -z "$waiting" ] || sleep 0.5
  done
  say "the network is ready"
}

# missing_on LAB ROUTER: what is not up yet, one a line; true when nothing
missing_on() {
  on "$2" /opt/wasl/ready 2>&1 </dev/null || return 1
  provider_edges "$1" | grep -qx "$2" || return 0
  netconf_answers "$2" || { echo "NETCONF"; return 1; }
}

netconf_answers() {
  local base=urn:ietf:params:xml:ns:netconf:base:1.0
  { printf '<hello xmlns="%s"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>]]>]]>' $base
    printf '<rpc xmlns="%s" message-id="1"><get-config><source><running/></source></get-config></rpc>]]>]]>' $base
    printf '<rpc xmlns="%s" message-id="2"><close-session/></rpc>]]>]]>' $base
    sleep 2; } | on "$1" -s netconf 2>/dev/null | grep -q '<rd>'
}

modes() {
  local node
  for node in $(routers "$1"); do docker logs "$node" 2>&1 | grep -m1 -o 'mode [a-z-]* *[a-z]*:' | tr -d : || true; done | sort | uniq -c | xargs
}

lab_status() {
  local lab node missing
  docker_answers || { say "no Docker engine runs"; return; }
  lab=$(cut -d' ' -f1 "$STATE/deployed" 2>/dev/null) || { say "no lab is deployed"; return; }
  all_running "$lab" || { say "$lab: not all containers run"; docker ps --format '{{.Names}} {{.Status}}'; return 1; }
  for node in $(routers "$lab"); do
    if missing=$(missing_on "$lab" "$node"); then say "$node is ready"; else say "$node lacks: $(xargs <<<"$missing")"; fi
  done
  print_addresses "$lab"
}

print_addresses() {
  local lab=$1 node
  for node in $(provider_edges "$lab"); do
    printf '%-12s NETCONF and ssh 127.0.0.1:%s  host key %s\n' "$node" "$(port_of "$node")" "$(fingerprint "$node")"
  done
  printf '%-12s ssh 127.0.0.1:%s\n' p1 "$(port_of p1)"
  jq -r '.customerEdges | to_entries[] | "\(.key) \(.value.vpn) behind \(.value.pe): \([.value.ipv4, .value.ipv6, (.value.behind[] | .ipv4, .ipv6)] | join(" "))"' "$TOPOLOGY/$lab.network.json" |
    while read -r name rest; do printf '%-12s %s\n' "$name" "$rest"; done
  printf 'in %s: key id_ed25519, known_hosts, lab.json (all of this), and for wasl inventory.yaml and credentials.yaml\n' "$STATE"
}

lab_ssh() {
  [ $# -ge 1 ] || fail "which router?" "topology/lab ssh pe1"
  local router=$1
  shift
  [ -n "$(port_of "$router")" ] || fail "$router is not a router" "customer edges: docker exec -it $router bash"
  on "$router" "$@"
}

destroy() {
  local lab
  docker_answers || return 0
  for lab in pair l3vpn; do
    [ -n "$(docker ps -aq --filter "label=containerlab=wasl-$lab")" ] || continue
    say "destroying $lab"
    [ -n "$CONTAINERLAB" ] || need_containerlab
    [ -n "$IMAGE" ] || router_image_name
    clab "$lab" destroy --cleanup
  done
  rm -f "$STATE/deployed"
}
