/** Whether a text is evidence of a change as a ledger recorded it. Offline; who signed what is `judge-decisions.ts`. */
import { canonicalJson, type Digest, digestOf, digestOfBytes } from '../../domain/canonical-json.ts';
import { CHANGE_KINDS, type ChangeKind } from '../../domain/change-kinds.ts';
import { digestLedgerFact, ledgerLink, linkLedgerRow } from '../../domain/ledger-entry.ts';
import { type ChangeId, interconnectOf } from '../../domain/names.ts';
import { POLICY_ACCEPTED } from '../../domain/policy.ts';
import { signatureDigest } from '../../domain/signature-digest.ts';
import { openCheckpoint, withLines } from '../checkpoint.ts';
import { hashLeaf, verifyInclusion } from '../merkle-tree.ts';
import { cosignedAt, fromBase64, parseNote, parseVerifier, type Verifier } from '../signed-note.ts';
import {
  absentRow,
  bytesOf,
  documentsNamedBy,
  EVIDENCE_FORMAT,
  type EvidenceBundle,
  evidenceSchema,
  findStarted,
  findSubmitted,
  isShown,
  POLICY_STEPS,
  type ShownEntry,
  signatureNamedBy,
} from './format.ts';
import { planOfAttempt } from './list-pushes.ts';

export type EvidenceFinding =
  | {
      readonly intact: true;
      readonly changeId: ChangeId;
      readonly bundle: EvidenceBundle;
      /** Rows of the checkpoint. */
      readonly size: number;
      /** Of the installation, as its checkpoint says. */
      readonly installation: string;
      /** Those that are shown. */
      readonly entries: readonly ShownEntry[];
      /** Trusted witnesses that cosigned. */
      readonly witnessed: readonly { readonly witness: string; readonly key: string; readonly at: Date }[];
    }
  | { readonly intact: false; readonly reason: string };

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
  const value: unknown = JSON.parse(text);
  require(`${canonicalJson(value)}\n` === text, 'it is not the one text of what it says');
  const bundle = readForm(value);
  const { changeId } = bundle;
  const checkpoint = openCheckpoint(bundle.checkpoint, log);
  require(checkpoint !== null && checkpoint.note.lines.length === 1, `its checkpoint is not signed with ${log.text}`);
  const cosigned = bundle.cosignatures.map((each) => verifyCosignature(bundle.checkpoint, each));
  require(new Set(cosigned.map(({ key }) => key)).size === cosigned.length, 'a witness cosigned it twice');
  verifyRows(bundle, checkpoint);
  const entries = bundle.entries.map(({ entry }) => entry).filter(isShown);
  const kind = verifySubjects(bundle, entries);
  if (bundle.edition === 'whole') verifyPlans(bundle, entries, kind);
  else require(bundle.plans.length === 0, 'the edition for parties has no plans');
  verifyNamed(bundle, entries);
  return {
    ...{ intact: true, changeId, bundle, size: checkpoint.size, entries },
    installation: log.name.replace(/^wasl\//, ''),
    witnessed: cosigned.filter(({ key }) => witnesses.some((witness) => witness.text === key)),
  };
}

function readForm(value: unknown): EvidenceBundle {
  const format = (value as { readonly format?: unknown } | null)?.format;
  require(format === EVIDENCE_FORMAT, `it is not of the format ${EVIDENCE_FORMAT}`);
  const result = evidenceSchema.safeParse(value);
  const place = result.error?.issues[0]?.path.map(String).join('.');
  require(result.success, `it has another form than ${EVIDENCE_FORMAT}: ${place}`);
  return result.data;
}

function verifyCosignature(note: string, { witness, line }: EvidenceBundle['cosignatures'][number]) {
  const verifier = parseVerifier(witness, 'witness');
  const cosigned = parseNote(withLines(note, [line]));
  const at = verifier === null || cosigned === null ? null : cosignedAt(cosigned, verifier);
  require(verifier !== null && at !== null, 'a line is not the cosignature of its witness');
  return { witness: verifier.name, key: verifier.text, at };
}

function verifyRows({ entries, edition }: EvidenceBundle, { size, root }: { size: number; root: Buffer }): void {
  let before = 0;
  for (const { entry, proof } of entries) {
    const { sequence, previousHash, hash } = entry;
    const row = `row ${sequence}`;
    require(sequence > before, `${row} does not come after row ${before}`);
    before = sequence;
    require(isShown(entry) || edition === 'parties', `${row} is not shown`);
    const fact = isShown(entry) ? digestLedgerFact(entry) : entry.fact;
    const isAsHashed = hash === linkLedgerRow(sequence, previousHash, fact);
    require(isAsHashed, `${row} was altered: its content does not have its hash`);
    const hashes = proof.map((each) => fromBase64(each) ?? Buffer.alloc(0));
    const leaf = hashLeaf(ledgerLink(sequence, previousHash, fact));
    const isIncluded = verifyInclusion(leaf, { index: sequence - 1, size, root }, hashes);
    require(isIncluded, `${row} is not in the ledger of the checkpoint`);
  }
}

/** Of the change, its plans and its interconnect; of the policy nothing that another entity did. Returns what kind of change it is. */
function verifySubjects({ changeId }: EvidenceBundle, entries: readonly ShownEntry[]): ChangeKind {
  const id = interconnectOf(changeId);
  const submitted = findSubmitted(entries, changeId);
  const started = findStarted(entries, changeId);
  require(submitted !== undefined && started !== undefined, `by its rows ${changeId} was never started`);
  // What is shown is what was signed: signatures are under the digest alone.
  const { request, requestDigest } = submitted.body;
  require(digestOf(request) === requestDigest, `the request of ${id} is not the one of its digest`);
  const parties = submitted.body.parties as readonly unknown[];
  const areTwo = parties.length === 2 && parties[0] !== parties[1] && parties.every((each) => typeof each === 'string');
  require(areTwo, `${id} is not of two parties`);
  const kind = CHANGE_KINDS.find((each) => each === started.body.kind);
  require(kind !== undefined, `${changeId} is no change of a known kind`);
  for (const { sequence, subject, action, body } of entries) {
    const isOwn = subject === changeId || subject === id || subject.startsWith(`${changeId}-P`);
    const isOfPolicy =
      subject.startsWith('policy/') &&
      POLICY_STEPS.has(action) &&
      (action !== POLICY_ACCEPTED || parties.some((party) => party === body.entity));
    require(isOwn || isOfPolicy, `row ${sequence} is of something else than ${changeId}`);
  }
  return kind;
}

/** Each is the one that was saved, for this change and of its kind; and each that was saved, or with which something was pushed, is there. */
function verifyPlans({ changeId, plans }: EvidenceBundle, entries: readonly ShownEntry[], kind: ChangeKind): void {
  const saved = new Map<string, Digest>();
  for (const { action, subject, body } of entries) {
    if (action !== 'plan.saved') continue;
    require(!saved.has(subject), `plan ${subject} was saved twice`);
    saved.set(subject, body.digest as Digest);
  }
  for (const planId of entries.flatMap(planOfAttempt))
    require(saved.has(planId), `plan ${planId} is missing, and an attempt was made with it`);
  for (const { id, contents, payloads } of plans) {
    require(contents.changeId === changeId && contents.kind === kind, `plan ${id} is for something else`);
    require(saved.get(id) === digestOf(contents), `plan ${id} is not the one that was made`);
    saved.delete(id);
    const routers = contents.routers as readonly { readonly pe: string; readonly payloadDigest?: Digest }[];
    const wanted = new Map(routers.map(({ pe, payloadDigest }) => [pe, payloadDigest]));
    for (const { pe, xml } of payloads) {
      require(wanted.get(pe) === digestOf(xml), `the XML of ${id} for ${pe} is not the one that was planned`);
      wanted.delete(pe);
    }
    const missing = [...wanted].find(([, digest]) => digest !== undefined);
    require(missing === undefined, `the XML of ${id} for ${missing?.[0]} is missing`);
  }
  const [missing] = saved.keys();
  require(missing === undefined, `plan ${missing} is missing`);
}

/** Each signed document and each document is what a row names, in its one place; what a row names is there, or is said to be absent. */
function verifyNamed({ signed, documents, absent }: EvidenceBundle, entries: readonly ShownEntry[]): void {
  const signatures = new Map<string, string>();
  for (const entry of entries) {
    const signature = signatureNamedBy(entry);
    if (signature !== null) signatures.set(absentRow(entry.sequence), signature);
  }
  const open = new Set<string>([...signatures.keys(), ...entries.flatMap(documentsNamedBy)]);
  const take = (name: string, isIt: boolean, what: string) =>
    require(isIt && open.delete(name), `${what} is not what its row names`);
  requireOrder(
    signed.map(({ sequence }) => sequence),
    'signed documents',
  );
  for (const { sequence, digest, document } of signed) {
    const name = absentRow(sequence);
    const isIt = digest === digestOf(document) && signatures.get(name) === signatureDigest(document);
    take(name, isIt, `the signed document of ${name}`);
  }
  requireOrder(
    documents.map(({ digest }) => digest),
    'documents',
  );
  for (const document of documents)
    take(document.digest, digestOfBytes(bytesOf(document)) === document.digest, `the document ${document.digest}`);
  requireOrder(
    absent.map(({ what }) => what),
    'absent documents',
  );
  for (const { what } of absent) take(what, true, `the absent ${what}`);
  const [missing] = open;
  require(missing ===
    undefined, `${missing?.startsWith('row') ? `the signed document of ${missing}` : missing} is missing`);
}

function requireOrder(keys: readonly (string | number)[], what: string): void {
  const isInOrder = keys.every((key, place) => place === 0 || (keys[place - 1] as typeof key) < key);
  require(isInOrder, `its ${what} are not in order`);
}
