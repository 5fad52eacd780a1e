import type { Inventory } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import {
  type AgreedFlow,
  type CheckFinding,
  compareWithInventory,
  finding,
  type RouterCheck,
  verdictOf,
} from '../domain/router-check.ts';
import { WaslError } from '../errors.ts';
import type { RouterInspection } from '../router/inspect-session.ts';
import type { Router } from '../router/router.ts';
import { type ActivityDependencies, DEFAULT_LIMITS } from './dependencies.ts';
import { inventoryRouter, openInventoryRouter } from './network.ts';

/** Above it, times in the router's log and in wasl's record do not fit together. */
const CLOCK_SKEW_MAX_MS = 5_000;

/** After these no further question has an answer. */
const SILENCE: ReadonlySet<string> = new Set(['ROUTER_TIMEOUT', 'SESSION_LOST', 'ROUTER_UNREACHABLE']);

export interface CheckedRouter {
  readonly check: RouterCheck;
  /** null where it gave none. */
  readonly running: { readonly readAt: string; readonly text: string } | null;
}

/** Everything that can be learnt of one PE without altering it; what it does not tell is a finding, and no error. `readAgreed` is asked after the PE. */
export async function checkInventoryRouter(
  deps: ActivityDependencies,
  inventory: Inventory,
  pe: PeName,
  readAgreed: () => Promise<readonly AgreedFlow[]>,
): Promise<CheckedRouter> {
  const checkedAt = deps.now().toISOString();
  const { checkAnswerMs } = { ...DEFAULT_LIMITS, ...deps.limits };
  const listed = inventoryRouter(inventory, pe);
  const blank: RouterCheck = {
    ...{ pe, checkedAt, answers: false, verdict: 'unknown', answerMs: null, procedure: null, login: null },
    ...{ capabilities: [], notes: [], candidate: 'unknown', lock: null, sessions: null, clockSkewMs: null },
    ...{ vrfs: { listed: listed.vrfs.length, asListed: 0 }, findings: [] },
  };
  let router: Router;
  try {
    router = await openInventoryRouter(deps, inventory, pe, { rpcTimeoutMs: checkAnswerMs });
  } catch (error) {
    return { check: { ...blank, findings: [findingOf(error, pe)] }, running: null };
  }
  try {
    const { procedure, login, capabilities, notes } = router.facts;
    const known = { ...blank, procedure, login, capabilities, notes };
    const startedAtMs = performance.now();
    const reading = await router.readRunningWithText().catch((error: unknown) => findingOf(error, pe));
    const answerMs = Math.round(performance.now() - startedAtMs);
    if ('code' in reading && SILENCE.has(reading.code))
      return { check: { ...known, findings: [reading] }, running: null };
    const inspection = await router.inspect();
    const compared = 'code' in reading ? [reading] : compareWithInventory(listed, reading.running, await readAgreed());
    const findings = [...compared, ...judge(pe, inspection)];
    const { candidate, lock, sessions, clockSkewMs } = inspection;
    const common = { ...known, answers: true, candidate, lock, sessions, clockSkewMs, findings };
    if ('code' in reading) return { check: common, running: null };
    const faulty = new Set(compared.filter(({ severity }) => severity === 'fault').map(({ place }) => place));
    const asListed = listed.vrfs.filter(({ name }) => !faulty.has(`${pe}/${name}`)).length;
    return {
      check: {
        ...{ ...common, verdict: verdictOf(findings), answerMs },
        vrfs: { listed: listed.vrfs.length, asListed },
      },
      running: { readAt: checkedAt, text: reading.text },
    };
  } finally {
    await router.close();
  }
}

function judge(pe: PeName, inspection: RouterInspection): CheckFinding[] {
  const { candidate, uncommittedLines, isUnsaved, unsavedLines, lock, clockSkewMs, unanswered } = inspection;
  const findings: CheckFinding[] = [];
  if (candidate === 'dirty') {
    const fact = `${pe}: the candidate differs from running${quote(uncommittedLines)}`;
    findings.push(finding('ROUTER_CANDIDATE_DIRTY', pe, fact));
  }
  if (lock.state === 'held') {
    const fact = `${pe}: the lock of ${lock.datastore} is held by ${lock.holder ?? 'somebody whom the router does not name'}`;
    findings.push(finding('ROUTER_LOCKED', pe, fact));
  }
  if (isUnsaved) {
    findings.push(finding('ROUTER_UNSAVED', pe, `${pe}: running differs from startup${quote(unsavedLines)}`));
  }
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > CLOCK_SKEW_MAX_MS) {
    const fact = `${pe}: its clock is ${Math.round(Math.abs(clockSkewMs) / 1_000)} s ${clockSkewMs > 0 ? 'ahead' : 'behind'}`;
    const remedy = 'Correct its NTP: its log and the record do not fit together.';
    findings.push({ ...finding('ROUTER_PROTOCOL', pe, fact, remedy), severity: 'remark' });
  }
  return [...findings, ...unanswered.map(({ code, fact }) => finding(code, pe, `${pe}: ${fact}`))];
}

/** Enough of it for a person to recognise whose work it is. */
const quote = (lines: readonly string[]): string => (lines.length === 0 ? '' : `: ${lines.join(' ')}`);

function findingOf(error: unknown, pe: PeName): CheckFinding {
  // A defect is one, and is logged and told as such.
  if (!(error instanceof WaslError)) throw error;
  return finding(error.code, error.path ?? pe, error.message, error.remedy);
}
