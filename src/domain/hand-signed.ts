/**
 * A form of the policy that an entity signed with a pen, as a scan: the weaker kind of acceptance. Nothing in it shows who signed; two officers vouch that
 * the paper is there, and a worker takes it only where its own trust file names these very bytes.
 */
import type { Digest } from './canonical-json.ts';
import type { LawRefusal } from './may-decide.ts';
import type { EntityId, PersonId } from './names.ts';

export const FORM_MEDIA_TYPES = ['application/pdf', 'image/png', 'image/jpeg'] as const;
export type FormMediaType = (typeof FORM_MEDIA_TYPES)[number];

/** Some pages in good resolution. */
export const FORM_BYTES_MAX = 4 * 1024 * 1024;

export const FORM_ATTACHED = 'policy.form-attached';

/** One for an entity and a version: until it is confirmed another one takes its place. */
export interface HandSignedForm {
  readonly version: string;
  readonly entity: EntityId;
  /** Of the terms that it accepts, as whoever attached it read them. */
  readonly digest: Digest;
  readonly mediaType: FormMediaType;
  /** Of the exact bytes. */
  readonly sha256: Digest;
  readonly bytes: number;
  readonly attachedBy: PersonId;
  /** ISO 8601 with zone. */
  readonly attachedAt: string;
  /** Another officer, who held the scan against the paper. null: it accepts nothing yet. */
  readonly confirmedBy: PersonId | null;
  readonly confirmedAt: string | null;
}

const MAGIC: Readonly<Record<FormMediaType, readonly number[]>> = {
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
};

/** By its first bytes, whatever its name says; null: none that is taken. */
export function mediaTypeOf(content: Uint8Array): FormMediaType | null {
  return FORM_MEDIA_TYPES.find((type) => MAGIC[type].every((byte, place) => content[place] === byte)) ?? null;
}

/** Four eyes, on the very bytes. */
export function refuseConfirmation(
  { version, entity, sha256, attachedBy, confirmedBy }: HandSignedForm,
  { form, by }: { readonly form: string; readonly by: string },
): LawRefusal | null {
  const what = `the form of ${entity} for the policy ${version}`;
  if (confirmedBy !== null) return { code: 'POLICY_CONFLICT', fact: `${what} was confirmed by ${confirmedBy}` };
  if (sha256 !== form) {
    const remedy = 'Look at the scan again, and confirm what you have seen.';
    return { code: 'APPROVAL_DIGEST', fact: `${what} is ${sha256}`, remedy };
  }
  if (attachedBy !== by) return null;
  return { code: 'APPROVAL_SELF', fact: `${by} has attached ${what}`, remedy: 'Another officer must confirm it.' };
}
