import { z } from 'zod';
import { PLATFORM_NAMES } from '../platforms/manifests.ts';
import { checkInventory, type InventoryIssue } from './check-inventory.ts';
import { type DocumentPath, type InputIssue, listInputIssues } from './input-issues.ts';
import {
  attachmentSchema,
  entitySchema,
  type Inventory,
  inventorySchema,
  routerSchema,
  vpnSchema,
  vrfSchema,
} from './inventory.ts';
import type { VrfName } from './names.ts';
import { parsePrefix } from './prefix.ts';
import { parseRouteDistinguisher } from './route-target.ts';
import { routeTargetPoolSchema } from './route-target-pool.ts';
import { managementSchema } from './router-access.ts';
import { vrfNameFault } from './vrf-name-fault.ts';

/** Stands in for a platform that is none, so that no VRF's name is held against it. */
const TAKES_EVERY_NAME =
  PLATFORM_NAMES.find((name) => vrfNameFault(name, `a.${'a'.repeat(126)}` as VrfName) === null) ?? PLATFORM_NAMES[0];

export interface JudgedInventory {
  /** null where there are issues. */
  readonly inventory: Inventory | null;
  readonly issues: readonly InputIssue[];
}

/**
 * A document as an inventory, or everything that is wrong with it in one round: shapes, and the references and rules between the
 * parts whose shapes are right.
 */
export function judgeInventory(input: unknown): JudgedInventory {
  const result = inventorySchema.safeParse(input);
  if (result.success) {
    const issues = checkInventory(result.data).map(asInputIssue);
    return { inventory: issues.length === 0 ? result.data : null, issues };
  }
  const shapes = listInputIssues(result.error, input);
  const references = checkInventory(lenientInventory().parse(input))
    .filter(({ path }) => !shapes.some((shape) => isWithin(path, shape.path)))
    .map(asInputIssue);
  return { inventory: null, issues: [...shapes, ...references] };
}

const asInputIssue = (issue: InventoryIssue): InputIssue => ({ ...issue, code: null });

function isWithin(path: DocumentPath, outer: DocumentPath): boolean {
  return outer.length <= path.length && outer.every((part, index) => part === path[index]);
}

/** Contains every prefix, and is no default route, which would be a fault of its own. */
const EVERY_ADDRESS = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'].map((text) => parsePrefix(text));

/**
 * Takes every document: what has the wrong shape is replaced by something that no other part refers to and that breaks no rule, at the
 * same place, so that the rest can be judged.
 */
function lenientInventory(): z.ZodType<Inventory> {
  let count = 0;
  const next = () => ++count;
  const orNew = <Schema extends z.ZodType>(schema: Schema, text: (number: number) => string) =>
    schema.catch(() => schema.parse(text(next())));
  const listOf = <Schema extends z.ZodType>(element: Schema) => z.array(element).catch([]);

  const attachment = z.object({
    branch: orNew(attachmentSchema.shape.branch, (number) => `unnamed ${number}`),
    prefixes: z.array(attachmentSchema.shape.prefixes.element.catch(parsePrefix('0.0.0.0/0'))).catch([]),
    probe: attachmentSchema.shape.probe.catch(null),
    source: attachmentSchema.shape.source.catch(null),
  });
  const vrf = z.object({
    name: orNew(vrfSchema.shape.name, (number) => `unnamed-${number}`),
    vpn: orNew(vrfSchema.shape.vpn, (number) => `UNNAMED-${number}`),
    routeDistinguisher: vrfSchema.shape.routeDistinguisher.catch(() => parseRouteDistinguisher(`4200000000:${next()}`)),
    families: vrfSchema.shape.families.catch(['ipv4', 'ipv6']),
    attachments: listOf(attachment.catch(() => attachment.parse({}))),
  });
  const management = z.object({
    host: orNew(managementSchema.shape.host, (number) => `unnamed-${number}.invalid`),
    port: managementSchema.shape.port.catch(1),
    hostKeys: managementSchema.shape.hostKeys.catch([]),
    credential: managementSchema.shape.credential.catch('unnamed'),
  });
  const router = z.object({
    name: orNew(routerSchema.shape.name, (number) => `unnamed-${number}`),
    platform: routerSchema.shape.platform.catch(TAKES_EVERY_NAME),
    maintenance: routerSchema.shape.maintenance.catch(undefined),
    maintenanceReason: routerSchema.shape.maintenanceReason.catch(undefined),
    management: management.catch(() => management.parse({})),
    vrfs: listOf(vrf.catch(() => vrf.parse({}))),
  });
  const entity = z.object({
    id: orNew(entitySchema.shape.id, (number) => `UNNAMED-${number}`),
    name: entitySchema.shape.name.catch('unnamed'),
  });
  const vpn = z.object({
    id: orNew(vpnSchema.shape.id, (number) => `UNNAMED-${number}`),
    entity: orNew(vpnSchema.shape.entity, (number) => `UNNAMED-${number}`),
    prefixes: vpnSchema.shape.prefixes.catch(EVERY_ADDRESS),
    canary: vpnSchema.shape.canary.catch(false),
  });
  const pool = routeTargetPoolSchema.catch({ administrator: '65000', from: 1, to: 1, quarantineDays: 30 });
  const inventory = z.object({
    version: z.literal(1).catch(1),
    backbone: z
      .object({ routeTargetPool: pool })
      .catch(() => ({ routeTargetPool: pool.parse(null) }))
      .transform((given) => ({ name: 'unnamed', asNumber: 1, confirmTimeoutSeconds: 120, ...given })),
    entities: listOf(entity.catch(() => entity.parse({}))),
    vpns: listOf(vpn.catch(() => vpn.parse({}))),
    routers: listOf(router.catch(() => router.parse({}))),
  });
  return inventory.catch(() => inventory.parse({}));
}
