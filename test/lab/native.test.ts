/**
 * The lab's native mode: routers that are network namespaces of a kernel with MPLS and VRF, made by the start script of every router
 * container. The machine is a user-mode kernel, so that this runs anywhere; the routers in it find out for themselves what it can.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelledPacket } from './support/lab.ts';
import { bootNativeMachine, type NativeMachine } from './support/native-machine.ts';

const ROUTERS = ['p1', 'pe1', 'pe2'] as const;
const PES = ['pe1', 'pe2'] as const;
/** From a commit to the customer: the agent, BGP, the kernel. */
const CONVERGENCE_SECONDS_MAX = 20;

interface Side {
  readonly vrf: string;
  readonly imports: Families;
  readonly exports: Families;
  readonly prefixes: Families;
}
interface Families {
  readonly ipv4: string;
  readonly ipv6: string;
}

const TO_MOF = { ipv4: '0:65000:10001', ipv6: '0:65000:10003' };
const TO_MOH = { ipv4: '0:65000:10002', ipv6: '0:65000:10004' };
const SIDES: Readonly<Record<(typeof PES)[number], Side>> = {
  pe1: {
    vrf: 'MOH',
    imports: TO_MOH,
    exports: TO_MOF,
    prefixes: { ipv4: '10.100.10.0/24', ipv6: '2001:db8:100:10::/64' },
  },
  pe2: {
    vrf: 'MOF',
    imports: TO_MOF,
    exports: TO_MOH,
    prefixes: { ipv4: '10.200.10.0/24', ipv6: '2001:db8:200:10::/64' },
  },
};

let machine: NativeMachine;

beforeAll(async () => {
  machine = await bootNativeMachine();
  await machine.waitUntilReady(ROUTERS);
}, 600_000);

afterAll(() => machine?.close());

describe('the pair on a machine whose kernel has MPLS and VRF', () => {
  it('takes that kernel for every router, and NETCONF answers', async () => {
    for (const router of ROUTERS) {
      expect(await machine.run(`head -n 1 $NODES/${router}/log`)).toBe(
        `${router}: mode native: this kernel has MPLS and VRF`,
      );
    }
    for (const pe of PES) {
      const running = await machine.run(`netconf ${pe} '<get-config><source><running/></source></get-config>'`);
      expect(running).toContain(`<name>${SIDES[pe].vrf}</name>`);
    }
  });

  it('joins two ministries over labels, through a power loss and a crash, and parts them without a trace', async () => {
    const before = await Promise.all(PES.map(machine.runningConfig));
    expect(await machine.ping('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });

    for (const pe of PES) await change(pe, 'create');
    await untilJoined();
    expect(await machine.ping('ce-moh', '2001:db8:200:10::10')).toMatchObject({ received: 3 });
    expect(await labelsOf('ce-moh', '10.200.10.10')).toEqual({ eth1: 2, eth2: 1 });
    expect(await machine.ping('ce-canary1', '10.90.2.10')).toMatchObject({ received: 3 });
    for (const destination of ['10.100.10.10', '10.200.10.10']) {
      expect(await machine.ping('ce-canary1', destination)).toMatchObject({ received: 0 });
    }
    const joined = await Promise.all(PES.map(machine.runningConfig));
    expect(joined).not.toEqual(before);

    const ids = await Promise.all(PES.map(bgpd));
    await machine.run('on pe2 /opt/wasl/power-cycle');
    expect(await machine.ping('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });
    await machine.run(`on pe1 kill -9 ${ids[0]}`);
    await machine.waitUntilReady(['pe2', 'pe1', 'p1']);
    await untilJoined();
    expect(await machine.run('cat $NODES/pe2/log')).toContain('pe2: the router ended, starting it again');
    const idsNow = await Promise.all(PES.map(bgpd));
    expect(idsNow[0]).not.toBe(ids[0]);
    expect(idsNow[1]).not.toBe(ids[1]);
    await untilRunning(joined);

    for (const pe of PES) await change(pe, 'delete');
    await untilRunning(before);
    expect(await machine.ping('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });
  });
});

const untilJoined = () =>
  expect
    .poll(() => machine.ping('ce-moh', '10.200.10.10'), { timeout: CONVERGENCE_SECONDS_MAX * 1_000 })
    .toMatchObject({ received: 3 });

/** Until FRR's running configuration is this again on every PE, to the byte. */
const untilRunning = (wanted: readonly string[]) =>
  expect
    .poll(() => Promise.all(PES.map(machine.runningConfig)), { timeout: CONVERGENCE_SECONDS_MAX * 1_000 })
    .toEqual(wanted);

const bgpd = (router: string) => machine.run(`on ${router} pgrep -x bgpd`);

/** One session: lock, edit, validate, commit, unlock; fails at the first error. */
async function change(pe: (typeof PES)[number], operation: 'create' | 'delete'): Promise<void> {
  const candidate = '<target><candidate/></target>';
  const operations = [
    `<lock>${candidate}</lock>`,
    `<edit-config>${candidate}<default-operation>none</default-operation><config>${edit(SIDES[pe], operation)}</config></edit-config>`,
    '<validate><source><candidate/></source></validate>',
    '<commit/>',
    `<unlock>${candidate}</unlock>`,
  ];
  await machine.run(`netconf ${pe} ${operations.map((text) => `'${text}'`).join(' ')}`);
}

function edit({ vrf, imports, exports, prefixes }: Side, operation: 'create' | 'delete'): string {
  const families = (['ipv4', 'ipv6'] as const).map((family) => {
    const name = `<name>WASL-native-${family}</name>`;
    const rule = `${name}<route-target>${exports[family]}</route-target><prefix>${prefixes[family]}</prefix>`;
    return (
      `<${family}><import-rt nc:operation="${operation}">${imports[family]}</import-rt>` +
      `<export-rule nc:operation="${operation}">${operation === 'create' ? rule : name}</export-rule></${family}>`
    );
  });
  return (
    '<vrfs xmlns="urn:wasl:frr:l3vpn" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">' +
    `<vrf><name>${vrf}</name>${families.join('')}</vrf></vrfs>`
  );
}

/** Labels of the packets to `destination` on each link of the P router. */
async function labelsOf(ce: string, destination: string): Promise<Record<string, number>> {
  const output = await machine.run(`
    cd $(mktemp -d)
    for link in eth1 eth2; do on p1 tcpdump -lnn -i $link mpls >$link 2>$link.said & done
    until grep -q listening eth1.said && grep -q listening eth2.said; do sleep 0.1; done
    on ${ce} ping -c 2 -i 0.2 -W 1 ${destination} >/dev/null
    sleep 0.3
    on p1 pkill -INT -x tcpdump
    wait
    grep -H . eth1 eth2`);
  const packets = output.split('\n').flatMap((line) => labelledPacket(line.slice(0, 'eth1'.length), line) ?? []);
  const towards = packets.filter((packet) => packet.destination === destination);
  return Object.fromEntries(towards.map((packet) => [packet.interface, packet.labels.length]));
}
