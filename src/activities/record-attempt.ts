/** What an attempt at the routers leaves for the evidence of its change: what each PE was sent, what was said, and its running before and after. */

import { digestOfText } from '../domain/canonical-json.ts';
import type { NewReading } from '../domain/reading.ts';
import { maskedConfiguration } from '../router/transcript.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { OpenTransaction } from './open-transaction.ts';

/**
 * The texts, and in the ledger their digests. A record that cannot be kept undoes nothing that was done: its row is then missing, which evidence
 * says. A worker that dies leaves none.
 */
export async function recordAttempt(
  { store, now }: ActivityDependencies,
  { changeId, epoch, plan, routers, recorder }: OpenTransaction,
): Promise<void> {
  const at = now().toISOString();
  const readings: NewReading[] = [];
  const keep = (kind: 'before' | 'after' | 'transcript', pe: NewReading['pe'], text: string | null) => {
    if (text === null) return null;
    readings.push({ kind, pe, text, reader: 'transaction', changeId, readAt: at });
    return digestOfText(text);
  };
  const masked = (text: string | null) => (text === null ? null : maskedConfiguration(text));
  const recorded = [...routers.values()].map(({ plan: { pe, procedure }, xml, beforeText, afterText, transcript }) => ({
    ...{ pe, procedure, pushed: xml === '' ? null : digestOfText(xml) },
    before: keep('before', pe, masked(beforeText)),
    after: keep('after', pe, masked(afterText)),
    transcript: keep('transcript', pe, transcript.text()),
  }));
  try {
    await store.saveReadings(readings);
    await store.recordAttempt(changeId, { planId: plan.id, routers: recorded }, epoch);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await recorder.note('read-back', null, 'info', `no record was kept for evidence: ${why}`).catch(() => undefined);
  }
}
