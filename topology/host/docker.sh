# A Docker engine: the one that runs, else the machine's own service, else one that we start and later end.

DOCKER_ROOT=$CACHE/docker
DOCKER_RUN=/run/wasl-lab
DOCKER_PID=$STATE/dockerd.pid

need_docker() {
  if docker_answers; then return; fi
  if ! command -v dockerd >/dev/null || ! command -v containerd >/dev/null || ! command -v runc >/dev/null; then
    install_packages docker.io iptables jq
  fi
  if [ -d /run/systemd/system ]; then
    say "starting the Docker service"
    systemctl start docker || fail "systemctl start docker" "journalctl -u docker"
  else
    start_own_docker
  fi
  docker_answers || fail "the Docker engine does not answer" "docker info"
}

docker_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

start_own_docker() {
  local flags=() log=$CACHE/log/dockerd.log _
  mkdir -p "$CACHE/log" "$DOCKER_ROOT" "$DOCKER_RUN" "$STATE"
  # Without a working nat table the loopback ports still work: docker-proxy carries them.
  iptables -t nat -L -n >/dev/null 2>&1 || flags+=(--iptables=false --ip6tables=false --ip-masq=false)
  if [ -n "$("$TOPOLOGY/host/runc-without-withheld" --withheld)" ]; then
    say "this machine withholds $("$TOPOLOGY/host/runc-without-withheld" --withheld): a runc wrapper leaves it out of --privileged"
    flags+=(--add-runtime "wasl=$TOPOLOGY/host/runc-without-withheld" --default-runtime wasl)
  fi
  say "starting a Docker engine of our own (log: $log)"
  setsid dockerd --data-root "$DOCKER_ROOT" --exec-root "$DOCKER_RUN" --pidfile "$DOCKER_RUN/dockerd.pid" \
    ${flags[@]+"${flags[@]}"} </dev/null >"$log" 2>&1 &
  echo $! >"$DOCKER_PID"
  for _ in $(seq 1 150); do
    docker_answers && return
    kill -0 "$(cat "$DOCKER_PID")" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 15 "$log" >&2
  fail "dockerd did not start" "the whole output is in $log"
}

# stop_own_docker: by the id that start_own_docker noted; an engine that was there before stays
stop_own_docker() {
  local pid _
  [ -f "$DOCKER_PID" ] || return 0
  pid=$(cat "$DOCKER_PID")
  rm -f "$DOCKER_PID"
  # the id may have been given to another process since: look before ending it
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
  if [ -n "$(docker ps -q)" ]; then
    echo "$pid" >"$DOCKER_PID"
    say "other containers run on the Docker engine that up started: it stays (process $pid)"
    return 0
  fi
  say "ending the Docker engine that up started (process $pid)"
  kill "$pid"
  for _ in $(seq 1 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  rm -rf "$DOCKER_RUN"
}
