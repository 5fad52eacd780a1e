import type { NetworkAudit } from '../domain/audit.ts';
import { canonicalJson, type Digest, digestOf, digestOfText } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import { AUDIT_RULES, type AuditedAgreement, type AuditRules, auditNetwork } from '../proof/audit-network.ts';
import { buildNetworkView } from './network-view.ts';
import { whyNotAgain } from './why-not-again.ts';

/** What an audit stands on: the register and the network as they were read. */
export interface AuditInputs {
  readonly at: string;
  readonly inventoryVersion: number;
  readonly inventory: Inventory;
  readonly running: Readonly<Record<PeName, readonly RunningVrf[]>>;
  /** Of the text that each router gave, as in the ledger and in the record's readings. */
  readonly readings: Readonly<Record<PeName, { readonly readAt: string; readonly digest: Digest }>>;
  readonly unread: readonly { readonly pe: PeName; readonly reason: string }[];
  readonly agreements: readonly AuditedAgreement[];
}

/** An audit that can be made again from itself alone. */
interface AuditRecord {
  readonly proof: 'wasl audit';
  /** Of the rules that it was made by. */
  readonly version: AuditRules;
  readonly inputs: AuditInputs;
  readonly inputsDigest: Digest;
  readonly result: NetworkAudit;
}

export interface RecordedAudit {
  readonly result: NetworkAudit;
  /** Canonical JSON and a line feed: one record has one text. */
  readonly text: string;
  /** Of the text, byte for byte: `sha256sum` says the same. */
  readonly digest: Digest;
}

export function recordAudit(inputs: AuditInputs, version: AuditRules = 5): RecordedAudit {
  const result = auditNetwork({ ...viewOf(inputs), rules: version });
  const inputsDigest = digestOfInputs(inputs, version);
  const record: AuditRecord = { proof: 'wasl audit', version, inputs, inputsDigest, result };
  const text = `${canonicalJson(record)}\n`;
  return { result, text, digest: digestOfText(text) };
}

/** With the rules, since there are two that may say the same of one network: an altered number of theirs is noticed too. */
export const digestOfInputs = (inputs: AuditInputs, version: AuditRules): Digest =>
  digestOf(version < 5 ? inputs : { version, inputs });

function viewOf({ at, inventory, running, unread, agreements }: AuditInputs) {
  const read = new Map(Object.entries(running) as [PeName, readonly RunningVrf[]][]);
  const readable = { ...inventory, routers: inventory.routers.filter(({ name }) => read.has(name)) };
  return { at, view: buildNetworkView(readable, read, { required: new Set() }), unread, agreements };
}

export interface CheckedAudit {
  readonly digest: Digest;
  /** What is wrong with the record itself, a sentence each; none: it is what it says. */
  readonly faults: readonly string[];
  readonly at: string | null;
  /** As made again. */
  readonly result: NetworkAudit | null;
}

/**
 * Makes the audit again from its record. One that was written anew as a whole, consistently, is another audit: it has another digest than
 * the ledger tells.
 */
export function checkAuditRecord(given: unknown, text: string): CheckedAudit {
  const digest = digestOfText(text);
  const bad = (fault: string): CheckedAudit => ({ digest, faults: [fault], at: null, result: null });
  try {
    const record = given as AuditRecord;
    if (!AUDIT_RULES.includes(record.version)) return bad('it is no proof that this release knows');
    const { inputs } = record;
    // What somebody put anything into is not proved over.
    if (digestOfInputs(inputs, record.version) !== record.inputsDigest) {
      return bad('its inputs do not have the digest that it states: they were altered');
    }
    const again = recordAudit(inputs, record.version);
    const faults = [...faultsOfInputs(inputs)];
    if (canonicalJson(again.result) !== canonicalJson(record.result)) {
      faults.push(
        `made again from its inputs the verdict is ${again.result.verdict}, and the record says something else`,
      );
    }
    if (faults.length === 0 && again.text !== text) faults.push('it is not written as wasl writes it: it was altered');
    return { digest, faults, at: inputs.at, result: again.result };
  } catch (error) {
    return bad(whyNotAgain(error));
  }
}

/** A router that was left out of the record would carry nothing in it. */
function faultsOfInputs({ inventory, running, readings, unread }: AuditInputs): string[] {
  const away = new Set(unread.map(({ pe }) => pe));
  return inventory.routers.flatMap(({ name }) => {
    if (Object.hasOwn(running, name) !== Object.hasOwn(readings, name)) {
      return [`${name} has a reading without its configuration, or one without the other`];
    }
    return Object.hasOwn(running, name) || away.has(name) ? [] : [`${name} was neither read nor told to be unread`];
  });
}
