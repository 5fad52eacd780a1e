# containerlab: the one on PATH, else built from the Go module proxy.

CONTAINERLAB_VERSION=v0.69.3
CONTAINERLAB=

need_containerlab() {
  CONTAINERLAB=$(find_containerlab) && return
  build_containerlab
  CONTAINERLAB=$(find_containerlab)
}

find_containerlab() {
  # an installed containerlab cannot deploy where /proc/modules is missing, see build_containerlab
  if [ -e /proc/modules ] && command -v containerlab; then return; fi
  [ -x "$CACHE/bin/containerlab-$CONTAINERLAB_VERSION" ] && echo "$CACHE/bin/containerlab-$CONTAINERLAB_VERSION"
}

build_containerlab() {
  local source=$CACHE/src/containerlab
  command -v go >/dev/null || fail "neither containerlab nor Go is on PATH" "install containerlab, or Go 1.21 or later to build it"
  say "building containerlab $CONTAINERLAB_VERSION from the Go module proxy (about 90 s the first time)"
  mkdir -p "$CACHE/bin" "$CACHE/src"
  with_log containerlab-download bash -c "cd '$CACHE/src' && go mod download -json github.com/srl-labs/containerlab@$CONTAINERLAB_VERSION > containerlab.json"
  # 'go install package@version' refuses a module with replace directives: build in a copy of its folder instead
  rm -rf "$source"
  cp -r "$(jq -r .Dir "$CACHE/src/containerlab.json")" "$source"
  chmod -R u+w "$source"
  # A kernel without loadable modules has no /proc/modules, and containerlab stops there: "not loaded" is the true answer.
  sed -i 's|f, err := os.Open("/proc/modules")|if _, absent := os.Stat("/proc/modules"); os.IsNotExist(absent) {\n\t\treturn false, nil\n\t}\n\t&|' \
    "$source/utils/kernel_module.go"
  grep -q 'os.IsNotExist(absent)' "$source/utils/kernel_module.go" || fail "containerlab's kernel_module.go is not as expected" "see topology/host/containerlab.sh"
  with_log containerlab-build bash -c "cd '$source' && go build -o '$CACHE/bin/containerlab-$CONTAINERLAB_VERSION' ."
  rm -rf "$source"
}
