import { z } from 'zod';
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

/** Bounds that keep planning and proving fast; a backbone beyond them is split into several inventories. */
export const ROUTERS_MAX = 2_000;
export const VRFS_PER_ROUTER_MAX = 4_000;
export const ATTACHMENTS_PER_VRF_MAX = 256;

const attachmentSchema = z.strictObject({
  branch: z.string().min(1).max(80),
  prefixes: z.array(prefixSchema).min(1).max(256),
  /** A CE address inside one of the prefixes that answers pings. */
  probe: addressSchema.nullable().default(null),
  /** The PE's own address towards the CE, from which verification pings. */
  source: addressSchema.nullable().optional(),
});

const vrfSchema = z.strictObject({
  name: vrfNameSchema,
  vpn: vpnIdSchema,
  routeDistinguisher: routeDistinguisherSchema,
  families: z
    .array(z.enum(['ipv4', 'ipv6']))
    .min(1)
    .default(['ipv4', 'ipv6']),
  attachments: z.array(attachmentSchema).max(ATTACHMENTS_PER_VRF_MAX).default([]),
});

const managementSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(830),
  /** OpenSSH form, `SHA256:` and base64 without padding. At least one: no host key is accepted unseen. */
  hostKeys: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be an OpenSSH SHA256 fingerprint'))
    .min(1)
    .max(8),
  /** Name of a credential that the worker knows; never the secret itself. */
  credential: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
});

const routerSchema = z.strictObject({
  name: peNameSchema,
  platform: platformNameSchema,
  management: managementSchema,
  vrfs: z.array(vrfSchema).max(VRFS_PER_ROUTER_MAX),
});

/** The inventory file: the edges of the network that wasl may touch. Shapes only; `checkInventory` checks references. */
export const inventorySchema = z.strictObject({
  version: z.literal(1),
  backbone: z.strictObject({
    name: z.string().min(1).max(80),
    asNumber: z.int().min(1).max(0xffff_ffff),
    /** Route targets `administrator:from` to `administrator:to` belong to wasl and to nobody else. */
    routeTargetPool: z.strictObject({
      administrator: z.string().regex(/^(\d{1,10}|\d+\.\d+\.\d+\.\d+)$/),
      from: z.int().min(0).max(0xffff_ffff),
      to: z.int().min(0).max(0xffff_ffff),
      quarantineDays: z.int().min(0).max(3_650).default(30),
    }),
    confirmTimeoutSeconds: z.int().min(10).max(3_600).default(120),
  }),
  entities: z
    .array(z.strictObject({ id: entityIdSchema, name: z.string().min(1).max(120) }))
    .min(1)
    .max(1_000),
  vpns: z
    .array(
      z.strictObject({
        id: vpnIdSchema,
        entity: entityIdSchema,
        name: z.string().min(1).max(120).optional(),
        /** The VPN's address plan: what it may share lies inside. */
        prefixes: z.array(prefixSchema).min(1).max(256),
        /** A canary VPN takes part in no interconnect: it must never gain a route. */
        canary: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(10_000),
  routers: z.array(routerSchema).min(1).max(ROUTERS_MAX),
});

export interface RouteTargetPool {
  readonly administrator: string;
  readonly from: number;
  readonly to: number;
  readonly quarantineDays: number;
}

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
  readonly management: {
    readonly host: string;
    readonly port: number;
    readonly hostKeys: readonly string[];
    readonly credential: string;
  };
  readonly vrfs: readonly InventoryVrf[];
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
}
