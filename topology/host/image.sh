# The router image, from Debian's packages alone: a Debian 13 root (the first release whose FRR and netconfd fit together) and, from
# Debian unstable, the user-mode kernel. It holds programs only; what makes a container a router is mounted into it (topology/router),
# but for netconfd's library for the YANG module's state (topology/router/state), which is compiled in a root of its own.

IMAGE_RELEASE=trixie
KERNEL_RELEASE=sid # user-mode-linux 7.2; the 6.x ones panic on processors with AMX ("ptrace set fp regs failed")
IMAGE_PACKAGES=(iproute2 iputils-ping frr frr-pythontools openssh-server netconfd kmod procps tcpdump jq python3)
COMPILER_PACKAGES=(base-files gcc libc6-dev libyuma-dev libxml2-dev libjson-c-dev)
IMAGE=
RECIPE=1 # counts changes of build_image that change its result

router_image_name() {
  IMAGE=wasl/frr:$({
    printf '%s ' "$RECIPE" "$IMAGE_RELEASE" "$KERNEL_RELEASE" "${IMAGE_PACKAGES[@]}" "${COMPILER_PACKAGES[@]}"
    cat "$TOPOLOGY"/router/state/*.[ch]
  } | sha256sum | cut -c1-12)
}

router_image() {
  router_image_name
  if [ "${1:-}" != --rebuild ] && docker image inspect "$IMAGE" >/dev/null 2>&1; then
    say "router image $IMAGE is there"
    return
  fi
  build_image
}

build_image() {
  local mirror work=$CACHE/image started=$SECONDS
  command -v mmdebstrap >/dev/null || install_packages mmdebstrap
  mirror=$(debian_mirror)
  rm -rf "$work"
  mkdir -p "$work"
  # the machine's own way out (proxy, certificates) and its word on dated mirrors hold for these suites too
  apt-config dump | grep -E '^Acquire::(http|https)?:*(Proxy|CaInfo|Verify-Peer|Check-Valid-Until|Retries)' >"$work/apt.conf" || true

  say "router image 1/4: user-mode kernel from Debian $KERNEL_RELEASE"
  with_log image-kernel mmdebstrap --variant=extract --include=user-mode-linux --aptopt="$work/apt.conf" "$KERNEL_RELEASE" "$work/kernel" "$mirror"
  say "router image 2/4: Debian $IMAGE_RELEASE with ${IMAGE_PACKAGES[*]}"
  with_log image-root mmdebstrap --variant=minbase --include="$(IFS=,; echo "${IMAGE_PACKAGES[*]}")" --aptopt="$work/apt.conf" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$IMAGE_RELEASE" "$work/root" "$mirror"
  mkdir -p "$work/root/usr/lib/uml"
  cp -a "$work/kernel/usr/bin/linux.uml" "$work/root/usr/bin/"
  cp -a "$work/kernel/usr/lib/uml/." "$work/root/usr/lib/uml/"
  say "router image 3/4: netconfd's library, compiled with ${COMPILER_PACKAGES[*]}"
  with_log image-compiler mmdebstrap --variant=extract --include="$(IFS=,; echo "${COMPILER_PACKAGES[*]}")" --aptopt="$work/apt.conf" \
    "$IMAGE_RELEASE" "$work/compiler" "$mirror"
  with_log image-library compile_state "$work/compiler"
  cp "$work"/compiler/state/lib*.so "$(echo "$work"/root/usr/lib/*/yuma)/"
  say "router image 4/4: import into Docker as $IMAGE"
  tar -C "$work/root" --exclude=./dev/* -c . | docker import --message "wasl lab router" - "$IMAGE" >/dev/null
  rm -rf "$work"
  say "router image built in $((SECONDS - started)) s"
}

# compile_state ROOT: topology/router/state, in a root that has the compiler and no shell
compile_state() {
  local headers=/usr/include/yuma
  mkdir -p "$1/state"
  cp "$TOPOLOGY"/router/state/*.[ch] "$1/state/"
  chroot "$1" /usr/bin/gcc -std=gnu11 -shared -fPIC -O2 -Wall -Wextra -isystem /usr/include/libxml2 \
    -isystem $headers/agt -isystem $headers/ncx -isystem $headers/platform -o /state/libwasl-frr-l3vpn.so \
    /state/vrfs-state.c /state/zebra.c -Wl,--no-undefined -lyumaagt -lyumancx -ljson-c -lxml2
}

# debian_mirror: where this machine gets Debian from; the other releases are asked for there too
debian_mirror() {
  local mirror=${WASL_DEBIAN_MIRROR:-}
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" {print $4; exit}')
  [ -n "$mirror" ] || fail "this machine's apt has no Debian mirror" "set WASL_DEBIAN_MIRROR to one"
  echo "$mirror"
}
