/** Evidence of one change: what the ledger says of it and what was planned, in one text that is verified without wasl. */
import { canonicalJson, type Digest, digestOf } from '../domain/canonical-json.ts';
import { hashLedgerEntry, type LedgerEntry } from '../domain/ledger-entry.ts';
import { type ChangeId, interconnectOf } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { openCheckpoint, withLines } from './checkpoint.ts';
import { type LedgerRows, leafOf, proveInclusion } from './ledger-tree.ts';
import { verifyInclusion } from './merkle-tree.ts';
import type { KeptCheckpoint } from './review-ledger.ts';
import { cosignedAt, fromBase64, parseNote, parseVerifier, type Verifier } from './signed-note.ts';

const FORMAT = 'wasl-evidence/2';

/** What was planned: the plan without what its digest leaves out, and the XML of each router. */
export interface PlannedEvidence {
  readonly id: string;
  readonly contents: Readonly<Record<string, unknown>>;
  readonly payloads: readonly { readonly pe: string; readonly xml: string }[];
}

/** Every member is vouched for by the checkpoint: by a proof, or by a digest in an entry. The text is its canonical JSON and a line feed. */
export interface EvidenceBundle {
  readonly format: typeof FORMAT;
  readonly changeId: ChangeId;
  /** As it was signed. */
  readonly checkpoint: string;
  readonly cosignatures: readonly { readonly witness: string; readonly line: string }[];
  /** Of the change, its plans and its interconnect (request, approvals, lifecycle, route targets), each with its proof of inclusion. */
  readonly entries: readonly { readonly entry: LedgerEntry; readonly proof: readonly string[] }[];
  readonly plans: readonly PlannedEvidence[];
}

export interface EvidenceRows extends LedgerRows {
  listLedgerOf(subjects: readonly string[]): Promise<LedgerEntry[]>;
  listCheckpoints(filter: { readonly afterSize: number }): Promise<KeptCheckpoint[]>;
}

export type EvidenceFinding =
  | {
      readonly intact: true;
      readonly changeId: ChangeId;
      /** Rows of the checkpoint. */
      readonly size: number;
      readonly entries: readonly LedgerEntry[];
      readonly plans: readonly string[];
      /** Trusted witnesses that cosigned. */
      readonly witnessed: readonly { readonly witness: string; readonly key: string; readonly at: Date }[];
    }
  | { readonly intact: false; readonly reason: string };

/** Throws LEDGER_UNSIGNED where no checkpoint covers all that there is of the change. */
export async function collectEvidence(
  rows: EvidenceRows,
  changeId: ChangeId,
  plans: readonly PlannedEvidence[],
): Promise<string> {
  const subjects = [changeId, interconnectOf(changeId), ...plans.map(({ id }) => id)];
  const found = await rows.listLedgerOf(subjects);
  const last = found.at(-1)?.sequence ?? 0;
  const checkpoint = bestOf(await rows.listCheckpoints({ afterSize: Math.max(0, last - 1) }));
  if (checkpoint === null) {
    throw new WaslError('LEDGER_UNSIGNED', `row ${last} is younger than the last checkpoint`, {
      remedy: 'Ask again in some seconds: a worker signs the next checkpoint.',
    });
  }
  const entries: EvidenceBundle['entries'][number][] = [];
  for (const { sequence, at, actor, action, subject, body, nonce = null, previousHash, hash } of found) {
    const proof = (await proveInclusion(rows, sequence, checkpoint.size)).map((each) => each.toString('base64'));
    entries.push({ entry: { sequence, at, actor, action, subject, body, nonce, previousHash, hash }, proof });
  }
  const cosignatures = checkpoint.cosignatures.map(({ witness, line }) => ({ witness, line }));
  const bundle: EvidenceBundle = {
    format: FORMAT,
    changeId,
    checkpoint: checkpoint.note,
    cosignatures,
    entries,
    plans,
  };
  return `${canonicalJson(bundle)}\n`;
}

/** For which more witnesses vouch, each of which may have two keys; the younger one of equals. */
function bestOf(checkpoints: readonly KeptCheckpoint[]): KeptCheckpoint | null {
  const witnessesOf = ({ cosignatures }: KeptCheckpoint) =>
    new Set(cosignatures.map(({ receivedFrom }) => receivedFrom)).size;
  const most = Math.max(...checkpoints.map(witnessesOf));
  return checkpoints.findLast((each) => witnessesOf(each) === most) ?? null;
}

class Refused extends Error {}

function require(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new Refused(reason);
}

/** Offline. `witnesses`: those that count; the cosignatures of others must verify, too, and count for nothing. */
export function verifyEvidence(text: string, log: Verifier, witnesses: readonly Verifier[] = []): EvidenceFinding {
  try {
    return verifyBundle(text, log, witnesses);
  } catch (error) {
    // Whatever a hostile text makes fail, it is no evidence.
    return { intact: false, reason: error instanceof Refused ? error.message : 'it is no evidence of a change' };
  }
}

function verifyBundle(text: string, log: Verifier, witnesses: readonly Verifier[]): EvidenceFinding {
  const bundle = JSON.parse(text) as EvidenceBundle;
  require(`${canonicalJson(bundle)}\n` === text, 'it is not the one text of what it says');
  hasOnly(bundle, ['changeId', 'checkpoint', 'cosignatures', 'entries', 'format', 'plans']);
  require(bundle.format === FORMAT, `it is not of the format ${FORMAT}`);
  const { changeId } = bundle;
  areTexts(changeId, bundle.checkpoint);
  areLists(bundle.cosignatures, bundle.entries, bundle.plans);
  const checkpoint = openCheckpoint(bundle.checkpoint, log);
  require(checkpoint !== null && checkpoint.note.lines.length === 1, `its checkpoint is not signed with ${log.text}`);
  const cosigned = bundle.cosignatures.map((each) => verifyCosignature(bundle.checkpoint, each));
  require(new Set(cosigned.map(({ key }) => key)).size === cosigned.length, 'a witness cosigned it twice');
  const { size, root } = checkpoint;
  let before = 0;
  for (const { entry, proof, ...rest } of bundle.entries) {
    hasOnly(rest, []);
    areLists(proof);
    areTexts(...proof);
    hasOnly(entry, ['action', 'actor', 'at', 'body', 'hash', 'nonce', 'previousHash', 'sequence', 'subject']);
    const row = `row ${String(entry.sequence)}`;
    require(entry.sequence > before, `${row} does not come after row ${before}`);
    before = entry.sequence;
    const hash = hashLedgerEntry(entry.sequence, entry.previousHash, entry);
    require(entry.hash === hash, `${row} was altered: its content does not have its hash`);
    const hashes = proof.map((each) => fromBase64(each) ?? Buffer.alloc(0));
    const isIncluded = verifyInclusion(leafOf(entry), { index: entry.sequence - 1, size, root }, hashes);
    require(isIncluded, `${row} is not in the ledger of the checkpoint`);
    require(belongsTo(changeId, entry.subject), `${row} is of something else than ${changeId}`);
  }
  const entries = bundle.entries.map(({ entry }) => entry);
  const isStarted = entries.some(({ action, subject }) => action === 'change.started' && subject === changeId);
  require(isStarted, `by its rows ${changeId} was never started`);
  verifyPlans(bundle.plans, entries);
  return {
    ...{ intact: true, changeId, size, entries, plans: bundle.plans.map(({ id }) => id) },
    witnessed: cosigned.filter(({ key }) => witnesses.some((witness) => witness.text === key)),
  };
}

function hasOnly(value: object, members: readonly string[]): void {
  const given = Object.keys(value).sort();
  require(canonicalJson(given) === canonicalJson(members), `it has other members than ${FORMAT}`);
}

/** What no digest covers has its one form, too: nothing else is taken for a list or a text. */
function areLists(...values: readonly unknown[]): void {
  require(values.every(Array.isArray), 'something else stands where a list belongs');
}

function areTexts(...values: readonly unknown[]): void {
  require(values.every((value) => typeof value === 'string'), 'something else stands where a text belongs');
}

function verifyCosignature(note: string, { witness, line, ...rest }: EvidenceBundle['cosignatures'][number]) {
  hasOnly(rest, []);
  areTexts(witness, line);
  const verifier = parseVerifier(witness, 'witness');
  const cosigned = parseNote(withLines(note, [line]));
  const at = verifier === null || cosigned === null ? null : cosignedAt(cosigned, verifier);
  require(verifier !== null && at !== null, 'a line is not the cosignature of its witness');
  return { witness: verifier.name, key: verifier.text, at };
}

function belongsTo(changeId: ChangeId, subject: string): boolean {
  return subject === changeId || subject === interconnectOf(changeId) || subject.startsWith(`${changeId}-P`);
}

/** Each is the one that was saved, and each that was saved is there. */
function verifyPlans(plans: readonly PlannedEvidence[], entries: readonly LedgerEntry[]): void {
  const saved = new Map<string, Digest>();
  for (const { action, subject, body } of entries)
    if (action === 'plan.saved') saved.set(subject, body.digest as Digest);
  for (const { id, contents, payloads, ...rest } of plans) {
    hasOnly(rest, []);
    areLists(payloads);
    require(saved.get(id) === digestOf(contents), `plan ${id} is not the one that was made`);
    saved.delete(id);
    const routers = contents.routers as readonly { readonly pe: string; readonly payloadDigest?: Digest }[];
    const wanted = new Map(routers.map(({ pe, payloadDigest }) => [pe, payloadDigest]));
    for (const { pe, xml, ...more } of payloads) {
      hasOnly(more, []);
      areTexts(pe, xml);
      require(wanted.get(pe) === digestOf(xml), `the XML of ${id} for ${pe} is not the one that was planned`);
      wanted.delete(pe);
    }
    const missing = [...wanted].find(([, digest]) => digest !== undefined);
    require(missing === undefined, `the XML of ${id} for ${missing?.[0]} is missing`);
  }
  const [missing] = saved.keys();
  require(missing === undefined, `plan ${missing} is missing`);
}
