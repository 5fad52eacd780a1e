import type { SignedDocument } from '../domain/signed-document.ts';
import type { Statement } from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import { completeWhatCanBe } from './complete.ts';
import { writeSignedDocument } from './jades.ts';
import type { AskSource, ExtensionMeans } from './stamp.ts';
import { verifyStatement } from './verify-statement.ts';

export type JudgedClosing =
  /** `unproven`: what timestamp and revocation data do not show yet; null: they show that it holds. */
  | { readonly holds: true; readonly signed: SignedDocument; readonly unproven: string | null }
  /** It does not, whatever else becomes known. */
  | { readonly holds: false; readonly reason: string };

/**
 * What says that something ends, and so waits for no authority: first whose it is and what it says, by what is at hand; then what can be had of
 * timestamps and revocation data, within `patienceMs`, for all of them together. Throws nothing for a source that is away, slow or wrong.
 */
export async function judgeClosing(
  given: SignedDocument,
  statement: Statement,
  { patienceMs, receivedAt, installation, ...means }: ClosingMeans,
): Promise<JudgedClosing> {
  const { trust, at } = means;
  const verify = (document: SignedDocument, stage: 'closing' | 'closed') =>
    verifyStatement(writeSignedDocument(document), statement, { trust, installation, at, receivedAt, stage });
  const asGiven = await verify(given, 'closing');
  if (asGiven.verdict !== 'pass') return { holds: false, reason: asGiven.reason };
  const deadline = startDeadline(patienceMs);
  try {
    const ask: AskSource = (question) => Promise.race([means.ask(question), deadline.passed]);
    const { signed, missing } = await completeWhatCanBe(given, { trust, at, ask });
    const proven = await verify(signed, 'closed');
    if (proven.verdict === 'pass') return { holds: true, signed, unproven: null };
    const known = await verify(signed, 'closing');
    if (known.verdict !== 'pass') return { holds: false, reason: known.reason };
    return { holds: true, signed, unproven: missing?.message ?? proven.reason };
  } finally {
    deadline.stop();
  }
}

export interface ClosingMeans extends ExtensionMeans {
  readonly installation: string;
  /** When it came. */
  readonly receivedAt: Date;
  readonly patienceMs: number;
}

function startDeadline(ms: number): { readonly passed: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    const fault = new WaslError('SIGNATURE_SOURCE', `the authorities did not answer within ${ms} ms`);
    timer = setTimeout(() => reject(fault), ms);
  });
  // Where nobody waits any more.
  passed.catch(() => undefined);
  return { passed, stop: () => clearTimeout(timer) };
}
