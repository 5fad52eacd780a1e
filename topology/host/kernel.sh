# The machine's own kernel: a router's too, where it has MPLS and VRF. A container holds no modules for it, so the machine loads them
# before there are containers; where it has none, routers boot a kernel of their own (router/choose-mode).

load_router_modules() { modprobe -qa mpls_router mpls_iptunnel mpls_gso vrf 2>/dev/null || true; }
