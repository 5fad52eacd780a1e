/** What was last shown here of requests and plans: a server shows nobody one thing, and has another approved. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PlanAnswer } from '../api/wire.ts';
import { digestOf } from '../domain/canonical-json.ts';
import { visibleJsonText } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import type { CliSession } from './session.ts';

/** Nobody has more open at once; the oldest go first. */
const SHOWN_MAX = 200;
const shownSchema = z.array(z.tuple([z.string(), z.string()]));

/** Of what the network side approves, as it has it here: what the server says of it binds nobody. */
export function digestOfPlan(plan: PlanAnswer): string {
  const { id: _id, createdAt: _at, createdBy: _by, digest: _told, approvals: _approvals, ...contents } = plan;
  return digestOf(contents);
}

const fileOf = (server: string) => `shown-${createHash('sha256').update(server).digest('hex').slice(0, 16)}.json`;

/**
 * `digestHere`: of what came. Where nothing can be kept, or there is no digest (half a character has no canonical form), nothing is: it is shown all
 * the same.
 */
export async function rememberShown(session: CliSession, id: string, digestHere: () => string): Promise<void> {
  const digest = unlessThrown(digestHere);
  if (digest === null) return;
  const others = (await readShown(session)).filter(([other]) => other !== id);
  const all = [...others, [id, digest]].slice(-SHOWN_MAX);
  await session.io.keep.put(fileOf(session.server), visibleJsonText(all)).catch(() => undefined);
}

/** Throws APPROVAL_DIGEST where it was last shown here as another. What was never shown here is shown before it is signed. */
export async function requireAsShown(session: CliSession, id: string, digest: string): Promise<void> {
  const before = (await readShown(session)).find(([other]) => other === id)?.[1];
  if (before === undefined || before === digest) return;
  const show = id.includes('-P') ? `wasl plan show ${id}` : `wasl interconnect show ${id}`;
  throw new WaslError(
    'APPROVAL_DIGEST',
    `${id} was last shown to you with the digest ${before}, and has ${digest} now`,
    {
      path: '--digest',
      remedy: `Nothing was signed. Read it again (${show}), or name the one that you have read: --digest ${before}.`,
    },
  );
}

function unlessThrown(make: () => string): string | null {
  try {
    return make();
  } catch {
    return null;
  }
}

async function readShown({ io, server }: CliSession): Promise<[string, string][]> {
  const text = await io.keep.read(fileOf(server)).catch(() => null);
  try {
    return text === null ? [] : shownSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
