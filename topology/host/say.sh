# Progress and failures. Everything said goes to stderr: stdout is for answers.

say() { printf '%s  %s\n' "$(elapsed)" "$*" >&2; }

elapsed() { printf 'lab %4ds' "$SECONDS"; }

# fail FACT REMEDY
fail() {
  printf '%s  failed: %s\n' "$(elapsed)" "$1" >&2
  [ -n "${2:-}" ] && printf '           %s\n' "$2" >&2
  exit 1
}

need_root() {
  [ "$(id -u)" = 0 ] || fail "the lab makes network devices and needs root" "run: sudo $0"
}

# with_log NAME COMMAND...: the output goes to a file, which is named and shown when the command fails
with_log() {
  local log=$CACHE/log/$1.log
  shift
  mkdir -p "$CACHE/log"
  if ! "$@" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    fail "$(printf '%s ' "$@" | cut -c1-80)" "the whole output is in $log"
  fi
}

# need_packages: Debian packages that the host itself needs, by the command each brings
need_packages() {
  local missing=() pair
  for pair in jq:jq ip:iproute2 ssh:openssh-client ssh-keygen:openssh-client; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  # the other operator's NETCONF client of the lab's tests
  /usr/bin/python3 -c 'import ncclient' 2>/dev/null || missing+=(python3-ncclient)
  install_packages ${missing[@]+"${missing[@]}"}
}

install_packages() {
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "missing on this machine: $*" "install them with your package manager"
  say "installing $* (apt)"
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit 2>/dev/null)" ] || with_log apt-update apt-get update
  with_log apt-install env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}
