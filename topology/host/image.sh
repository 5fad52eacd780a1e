# The router image, from Debian's packages alone: a Debian 13 root (the first release whose FRR and netconfd fit together) and, from
# Debian unstable, the user-mode kernel. It holds programs only; what makes a container a router is mounted into it (topology/router).

IMAGE_RELEASE=trixie
KERNEL_RELEASE=sid # user-mode-linux 7.2; the 6.x ones panic on processors with AMX ("ptrace set fp regs failed")
IMAGE_PACKAGES=(iproute2 iputils-ping frr frr-pythontools openssh-server netconfd kmod procps tcpdump jq python3)
IMAGE=
RECIPE=1 # counts changes of build_image that change its result

router_image_name() { IMAGE=wasl/frr:$(printf '%s ' "$RECIPE" "$IMAGE_RELEASE" "$KERNEL_RELEASE" "${IMAGE_PACKAGES[@]}" | sha256sum | cut -c1-12); }

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

  say "router image 1/3: user-mode kernel from Debian $KERNEL_RELEASE"
  with_log image-kernel mmdebstrap --variant=extract --include=user-mode-linux --aptopt="$work/apt.conf" "$KERNEL_RELEASE" "$work/kernel" "$mirror"
  say "router image 2/3: Debian $IMAGE_RELEASE with ${IMAGE_PACKAGES[*]}"
  with_log image-root mmdebstrap --variant=minbase --include="$(IFS=,; echo "${IMAGE_PACKAGES[*]}")" --aptopt="$work/apt.conf" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$IMAGE_RELEASE" "$work/root" "$mirror"
  mkdir -p "$work/root/usr/lib/uml"
  cp -a "$work/kernel/usr/bin/linux.uml" "$work/root/usr/bin/"
  cp -a "$work/kernel/usr/lib/uml/." "$work/root/usr/lib/uml/"
  say "router image 3/3: import into Docker as $IMAGE"
  tar -C "$work/root" --exclude=./dev/* -c . | docker import --message "wasl lab router" - "$IMAGE" >/dev/null
  rm -rf "$work"
  say "router image built in $((SECONDS - started)) s"
}

# debian_mirror: where this machine gets Debian from; the other releases are asked for there too
debian_mirror() {
  local mirror=${WASL_DEBIAN_MIRROR:-}
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" {print $4; exit}')
  [ -n "$mirror" ] || fail "this machine's apt has no Debian mirror" "set WASL_DEBIAN_MIRROR to one"
  echo "$mirror"
}
