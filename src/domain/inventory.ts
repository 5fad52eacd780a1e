import { z } from 'zod';
import { freeName, freeText, MAINTENANCE_BOUNDS, NAME_BOUNDS, SHORT_NAME_BOUNDS } from './free-text.ts';
import {
  type EntityId,
  entityIdSchema,
  type PeName,
  type PlatformName,
  peNameSchema,
  platformNameSchema,
  type VpnId,
  type VrfName,
  vpnIdSchema,
  vrfNameSchema,
} from './names.ts';
import type { Attachment } from './network-view.ts';
import { addressSchema, type Family, type Prefix, prefixSchema } from './prefix.ts';
import { type RouteDistinguisher, routeDistinguisherSchema } from './route-target.ts';
import { type RouteTargetPool, routeTargetPoolSchema } from './route-target-pool.ts';
import { managementSchema, type RouterAccess } from './router-access.ts';

/** Bounds that keep planning and proving fast; a backbone beyond them is split into several inventories. */
export const ROUTERS_MAX = 2_000;
export const VRFS_PER_ROUTER_MAX = 4_000;
export const ATTACHMENTS_PER_VRF_MAX = 256;

export const attachmentSchema = z.strictObject({
  branch: freeName(SHORT_NAME_BOUNDS),
  prefixes: z.array(prefixSchema).min(1).max(256),
  /** A CE address inside one of the prefixes that answers pings. */
  probe: addressSchema.nullable().default(null),
  /** The PE's own address towards the CE, from which verification pings. */
  source: addressSchema.nullable().optional(),
});

export const vrfSchema = z.strictObject({
  name: vrfNameSchema,
  vpn: vpnIdSchema,
  routeDistinguisher: routeDistinguisherSchema,
  families: z
    .array(z.enum(['ipv4', 'ipv6']))
    .min(1)
    .default(['ipv4', 'ipv6']),
  attachments: z.array(attachmentSchema).max(ATTACHMENTS_PER_VRF_MAX).default([]),
});

export const routerSchema = z.strictObject({
  name: peNameSchema,
  platform: platformNameSchema,
  /** Its people work on it: it is not read for what does not need it, and nothing is opened on it. */
  maintenance: z.boolean().optional(),
  maintenanceReason: freeText(MAINTENANCE_BOUNDS).optional(),
  management: managementSchema,
  vrfs: z.array(vrfSchema).max(VRFS_PER_ROUTER_MAX),
});

/** A router that is gone for good, with what it held: whatever was put there is not looked for any more. */
export const scrappedRouterSchema = z.strictObject({ name: peNameSchema, reason: freeText(MAINTENANCE_BOUNDS) });

const backboneSchema = z.strictObject({
  name: freeName(SHORT_NAME_BOUNDS),
  asNumber: z.int().min(1).max(0xffff_ffff),
  routeTargetPool: routeTargetPoolSchema,
  confirmTimeoutSeconds: z.int().min(10).max(3_600).default(120),
});

export const entitySchema = z.strictObject({ id: entityIdSchema, name: freeName(NAME_BOUNDS) });

export const vpnSchema = z.strictObject({
  id: vpnIdSchema,
  entity: entityIdSchema,
  name: freeName(NAME_BOUNDS).optional(),
  /** The VPN's address plan: what it may share lies inside. */
  prefixes: z.array(prefixSchema).min(1).max(256),
  /** A canary VPN takes part in no interconnect: it must never gain a route. */
  canary: z.boolean().default(false),
});

/** The inventory file: the edges of the network that wasl may touch. Shapes only; `checkInventory` checks references. */
export const inventorySchema = z.strictObject({
  version: z.literal(1),
  backbone: backboneSchema,
  entities: z.array(entitySchema).min(1).max(1_000),
  vpns: z.array(vpnSchema).min(1).max(10_000),
  routers: z.array(routerSchema).min(1).max(ROUTERS_MAX),
  scrapped: z.array(scrappedRouterSchema).max(ROUTERS_MAX).optional(),
});

export interface InventoryVrf {
  readonly name: VrfName;
  readonly vpn: VpnId;
  readonly routeDistinguisher: RouteDistinguisher;
  readonly families: readonly Family[];
  readonly attachments: readonly Attachment[];
}

export interface InventoryRouter {
  readonly name: PeName;
  readonly platform: PlatformName;
  /** Absent: in service. */
  readonly maintenance?: boolean | undefined;
  readonly maintenanceReason?: string | undefined;
  readonly management: RouterAccess;
  readonly vrfs: readonly InventoryVrf[];
}

export interface ScrappedRouter {
  readonly name: PeName;
  readonly reason: string;
}

export interface InventoryVpn {
  readonly id: VpnId;
  readonly entity: EntityId;
  readonly name?: string | undefined;
  readonly prefixes: readonly Prefix[];
  readonly canary: boolean;
}

export interface Inventory {
  readonly version: 1;
  readonly backbone: {
    readonly name: string;
    readonly asNumber: number;
    readonly routeTargetPool: RouteTargetPool;
    readonly confirmTimeoutSeconds: number;
  };
  readonly entities: readonly { readonly id: EntityId; readonly name: string }[];
  readonly vpns: readonly InventoryVpn[];
  readonly routers: readonly InventoryRouter[];
  /** Absent: none. */
  readonly scrapped?: readonly ScrappedRouter[] | undefined;
}
