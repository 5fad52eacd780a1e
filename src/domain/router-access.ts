import { z } from 'zod';
import { managementHostSchema } from './management-host.ts';

/** OpenSSH form of a host key. */
export const HOST_KEY = /^SHA256:[A-Za-z0-9+/]{43}$/;

export const credentialNameSchema = z
  .string()
  .regex(/^(?!constructor$)[a-z][a-z0-9-]{0,31}$/, 'must be a name of 1–32 small letters, digits or hyphens');

/** More than this is no way in, but a maze: each hop is a login and a round trip of its own. */
const JUMP_HOSTS_MAX = 4;
const CLIENT_CAPABILITIES_MAX = 16;

/** What old routers need; offered to no router that does not name it. */
export const LEGACY_ALGORITHMS = [
  ...['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  ...['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  ...['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-md5', 'ssh-rsa', 'ssh-dss'],
] as const;

const BASE_VERSIONS = ['1.0', '1.1'] as const;

const loginShape = {
  host: managementHostSchema,
  /** OpenSSH form, `SHA256:` and base64 without padding. At least one: no host key is accepted unseen. */
  hostKeys: z
    .array(z.string().regex(HOST_KEY, 'must be an OpenSSH SHA256 fingerprint, as `ssh-keygen -lf` shows it'))
    .min(1)
    .max(8),
  /** Name of a credential that the worker knows; never the secret itself. */
  credential: credentialNameSchema,
};

const port = z.int().min(1).max(65_535);
const seconds = z.int().min(1).max(3_600);
const distinct = <T extends z.ZodType>(item: T, max: number) =>
  z
    .array(item)
    .min(1)
    .max(max)
    .refine((list) => new Set(list).size === list.length, 'must name each once');

const netconfShape = {
  /** Sent in the hello beside the base versions. */
  clientCapabilities: distinct(
    z
      .string()
      .max(256)
      .regex(/^[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-Z_a-z~[\]@]+$/, 'must be a URI'),
    CLIENT_CAPABILITIES_MAX,
  ).optional(),
  /** For a server that offers a version and gets it wrong. */
  baseVersions: distinct(z.enum(BASE_VERSIONS), BASE_VERSIONS.length).optional(),
  /** For a server that pads its messages with NUL bytes, which XML does not have. */
  dropNulBytes: z.boolean().optional(),
};

/** How a router is reached and spoken to, where its release or its place needs more than its platform says. */
export const managementSchema = z.strictObject({
  ...loginShape,
  port: port.default(830),
  /** In the order in which they are passed. */
  jumpHosts: z
    .array(z.strictObject({ ...loginShape, port: port.default(22) }))
    .max(JUMP_HOSTS_MAX)
    .optional(),
  legacyAlgorithms: distinct(z.enum(LEGACY_ALGORITHMS), LEGACY_ALGORITHMS.length).optional(),
  netconf: z.strictObject(netconfShape).optional(),
  /** What this release keeps of a confirm timer, where it is not what the platform is known to keep. */
  confirmTimer: z.strictObject({ unitSeconds: seconds, minimumSeconds: seconds }).optional(),
});

/** Where a login goes, and which. */
export interface LoginTarget {
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
  readonly credential: string;
}

export interface RouterAccess extends LoginTarget {
  readonly jumpHosts?: readonly LoginTarget[] | undefined;
  readonly legacyAlgorithms?: readonly (typeof LEGACY_ALGORITHMS)[number][] | undefined;
  readonly netconf?:
    | {
        readonly clientCapabilities?: readonly string[] | undefined;
        readonly baseVersions?: readonly (typeof BASE_VERSIONS)[number][] | undefined;
        readonly dropNulBytes?: boolean | undefined;
      }
    | undefined;
  readonly confirmTimer?: { readonly unitSeconds: number; readonly minimumSeconds: number } | undefined;
}
