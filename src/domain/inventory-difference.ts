import { countOf } from './count-of.ts';
import type { Inventory, InventoryRouter, InventoryVpn, InventoryVrf } from './inventory.ts';
import type { Attachment } from './network-view.ts';
import { shortForm } from './route-target.ts';
import type { LoginTarget, RouterAccess } from './router-access.ts';

export type DifferenceSubject = 'backbone' | 'entity' | 'vpn' | 'router' | 'vrf' | 'attachment' | 'scrapped';

/** One difference of two inventories, as data and in words. */
export interface InventoryDifference {
  readonly subject: DifferenceSubject;
  /** `MOF`, `mct-pe-01`, `VRF MOF at mct-pe-01`. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** The member that differs; null where the whole is added or removed. */
  readonly member: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** What turns one inventory into the other, in the order of an inventory. Order inside lists makes no difference. */
export function diffInventories(before: Inventory, after: Inventory): InventoryDifference[] {
  return [
    ...diffMembers('backbone', 'backbone', describeBackbone(before), describeBackbone(after)),
    ...diffLists('entity', before.entities, after.entities, ({ id }) => id, describeEntity),
    ...diffLists('vpn', before.vpns, after.vpns, ({ id }) => id, describeVpn),
    ...diffRouters(before, after),
    ...diffLists(
      'scrapped',
      before.scrapped ?? [],
      after.scrapped ?? [],
      ({ name }) => name,
      ({ reason }) => ({ reason }),
    ),
  ];
}

const SUBJECTS: Readonly<Record<DifferenceSubject, string>> = {
  ...{ backbone: '', entity: 'entity ', vpn: 'VPN ', router: 'router ', vrf: '', attachment: '' },
  scrapped: 'scrapped router ',
};

/** `router pe7`; a VRF's and a branch's names say themselves what they are. */
export const nameSubject = ({ subject, name }: Pick<InventoryDifference, 'subject' | 'name'>): string =>
  `${SUBJECTS[subject]}${name}`;

export function describeDifference({ subject, name, change, member, before, after }: InventoryDifference): string {
  const what = nameSubject({ subject, name });
  if (member === null) return `${what} is ${change}`;
  return `${member} of ${what}: ${before ?? 'none'} becomes ${after ?? 'none'}`;
}

type Members = Readonly<Record<string, string | null>>;

const listed = (texts: readonly string[]): string | null => (texts.length === 0 ? null : [...texts].sort().join(', '));

function describeBackbone({ backbone }: Inventory): Members {
  const { administrator, from, to, quarantineDays } = backbone.routeTargetPool;
  return {
    name: backbone.name,
    'AS number': String(backbone.asNumber),
    'route target pool': `${administrator}:${from}-${to}`,
    quarantine: `${countOf(quarantineDays, 'day')}`,
    'confirm window': `${backbone.confirmTimeoutSeconds} s`,
  };
}

const describeEntity = ({ name }: Inventory['entities'][number]): Members => ({ name });

function describeVpn({ entity, name, canary, prefixes }: InventoryVpn): Members {
  return { entity, name: name ?? null, canary: canary ? 'yes' : 'no', 'address plan': listed(prefixes) };
}

function describeRouter({ platform, maintenance, maintenanceReason, management }: InventoryRouter): Members {
  return {
    platform,
    maintenance: maintenance === true ? (maintenanceReason ?? 'yes') : 'no',
    'management address': `${management.host} port ${management.port}`,
    'host keys': listed(management.hostKeys),
    credential: management.credential,
    'jump hosts': listed((management.jumpHosts ?? []).map(describeHop)),
    'legacy algorithms': listed(management.legacyAlgorithms ?? []),
    'client capabilities': listed(management.netconf?.clientCapabilities ?? []),
    'NETCONF versions': listed(management.netconf?.baseVersions ?? []),
    'NUL bytes': management.netconf?.dropNulBytes === true ? 'dropped' : 'refused',
    'confirm timer': describeTimer(management.confirmTimer),
  };
}

const describeHop = ({ host, port, hostKeys, credential }: LoginTarget): string =>
  `${host} port ${port} as ${credential} (${hostKeys.join(' ')})`;

function describeTimer(timer: RouterAccess['confirmTimer']): string {
  if (timer === undefined) return 'as the platform keeps it';
  return `steps of ${timer.unitSeconds} s, at least ${timer.minimumSeconds} s`;
}

function describeVrf({ vpn, routeDistinguisher, families }: InventoryVrf): Members {
  return { VPN: vpn, 'route distinguisher': shortForm(routeDistinguisher), families: listed(families) };
}

function describeAttachment({ prefixes, probe, source }: Attachment): Members {
  return { prefixes: listed(prefixes), probe, source: source ?? null };
}

function diffRouters(before: Inventory, after: Inventory): InventoryDifference[] {
  const old = new Map(before.routers.map((router) => [router.name, router]));
  return [
    ...diffLists('router', before.routers, after.routers, ({ name }) => name, describeRouter),
    ...after.routers.flatMap((router) => {
      const known = old.get(router.name);
      return known === undefined ? [] : diffVrfs(known, router);
    }),
  ];
}

function diffVrfs(before: InventoryRouter, after: InventoryRouter): InventoryDifference[] {
  const place = (vrf: string) => `VRF ${vrf} at ${after.name}`;
  const old = new Map(before.vrfs.map((vrf) => [vrf.name, vrf]));
  return [
    ...diffLists('vrf', before.vrfs, after.vrfs, ({ name }) => place(name), describeVrf),
    ...after.vrfs.flatMap(({ name, attachments }) => {
      const known = old.get(name);
      if (known === undefined) return [];
      const at = ({ branch }: Attachment) => `branch ${branch} of ${place(name)}`;
      return diffLists('attachment', known.attachments, attachments, at, describeAttachment);
    }),
  ];
}

function diffLists<T>(
  subject: DifferenceSubject,
  before: readonly T[],
  after: readonly T[],
  nameOf: (item: T) => string,
  describe: (item: T) => Members,
): InventoryDifference[] {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((item) => [nameOf(item), item]))) as [
    Map<string, T>,
    Map<string, T>,
  ];
  const whole = (name: string, change: 'added' | 'removed'): InventoryDifference => {
    return { subject, name, change, member: null, before: null, after: null };
  };
  return [
    ...[...old.keys()].filter((name) => !fresh.has(name)).map((name) => whole(name, 'removed')),
    ...[...fresh].flatMap(([name, item]) => {
      const known = old.get(name);
      return known === undefined ? [whole(name, 'added')] : diffMembers(subject, name, describe(known), describe(item));
    }),
  ];
}

function diffMembers(subject: DifferenceSubject, name: string, before: Members, after: Members): InventoryDifference[] {
  return Object.keys(after).flatMap((member) => {
    const [old, fresh] = [before[member] ?? null, after[member] ?? null];
    return old === fresh ? [] : [{ subject, name, change: 'changed' as const, member, before: old, after: fresh }];
  });
}
