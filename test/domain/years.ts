/**
 * A record in memory that moves as the store does: people decide at random, the network answers at random, the clock jumps. Told is what
 * went against the promises.
 */
import { CHANGE_KIND_RULES, type ChangeKind } from '../../src/domain/change-kinds.ts';
import { isEnd, type Lifecycle } from '../../src/domain/lifecycle.ts';
import type { ChangeId, PlanId } from '../../src/domain/names.ts';
import {
  type ChangeFacts,
  type InterconnectFacts,
  type Move,
  nextMove,
  retryDelaySeconds,
} from '../../src/domain/next-move.ts';
import { changeFacts, moveFacts } from './agreement-samples.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-28T12:00:00Z');
/** From the end on wasl has this many looks at most until nothing of it is left: the network fails some of them. */
const LOOKS_MAX = 4_000;
const LOOKS_AFTER_END_MAX = 400;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Told {
  readonly lifecycle: Lifecycle;
  readonly faults: readonly string[];
  readonly moves: ReadonlySet<string>;
}

/** `roll`: 0–999. */
export function simulate(roll: () => number, { endsAfterDays }: { readonly endsAfterDays: number }): Told {
  const validUntil = new Date(START_MS + endsAfterDays * DAY_MS).toISOString();
  const validFrom = roll() < 300 ? new Date(START_MS + (roll() % 30) * DAY_MS).toISOString() : null;
  const years = new Years(roll, moveFacts({ validFrom, validUntil, unsigned: ['MOF', 'MOH'] }));
  for (let looks = 0; looks < LOOKS_MAX && !years.isOver; looks++) years.look();
  return years.tell();
}

class Years {
  readonly #roll: () => number;
  readonly #facts: Writable<InterconnectFacts>;
  readonly #faults: string[] = [];
  readonly #moves = new Set<string>();
  #nowMs = START_MS;
  #changes = 0;
  #tries = 0;
  #looksAfterEnd = 0;
  /** What the network side approved. */
  #approvedPlan: string | null = null;
  isOver = false;

  constructor(roll: () => number, facts: InterconnectFacts) {
    this.#roll = roll;
    this.#facts = { ...facts };
  }

  tell(): Told {
    return { lifecycle: this.#facts.lifecycle, faults: this.#faults, moves: this.#moves };
  }

  look(): void {
    const now = new Date(this.#nowMs);
    const isPastEnd = Date.parse(this.#facts.validUntil) <= this.#nowMs;
    if (isPastEnd) this.#looksAfterEnd += 1;
    if (this.#looksAfterEnd > LOOKS_AFTER_END_MAX) this.#fault('the end came and it does not end');
    const move = nextMove(this.#facts, now);
    this.#moves.add(move.move);
    this.#check(move, isPastEnd);
    this.#take(move);
    if (this.#roll() < 200) this.#decide();
  }

  #fault(text: string): void {
    this.#faults.push(`${text}: ${JSON.stringify(this.#facts)} at ${new Date(this.#nowMs).toISOString()}`);
    this.isOver = true;
  }

  #check(move: Move, isPastEnd: boolean): void {
    const { change, validUntil } = this.#facts;
    if (isEnd(this.#facts.lifecycle) && move.move !== 'finish') this.#fault('something is done after an end');
    if (move.move === 'wait') {
      const untilMs = Date.parse(move.until);
      if (untilMs <= this.#nowMs) this.#fault('a wait that is over already');
      const retryMs = change?.retryAt ? Date.parse(change.retryAt) : null;
      const latest = isPastEnd ? (retryMs ?? this.#nowMs) : Date.parse(validUntil);
      if (untilMs > latest) this.#fault('a wait beyond the end');
    }
    if (move.move !== 'apply') return;
    const rule = change && CHANGE_KIND_RULES[change.kind];
    const isByDate = rule?.atEndDate === 'approves it' && isPastEnd;
    const isApproved = rule?.approval === 'afterwards' || this.#approvedPlan !== null;
    if (!isByDate && !isApproved) this.#fault('a push without approval');
    if (isPastEnd && !rule?.onlyTakesAway) this.#fault('an opening after the end');
    if (change?.notBefore && Date.parse(change.notBefore) > this.#nowMs) this.#fault('a push before its time');
    if (change?.applyUntil && Date.parse(change.applyUntil) <= this.#nowMs) this.#fault('a push after its window');
  }

  #take(move: Move): void {
    const facts = this.#facts;
    switch (move.move) {
      case 'finish':
        this.isOver = true;
        return;
      case 'wait':
        // A signal may come before the time.
        this.#nowMs += Math.ceil(
          (Date.parse(move.until) - this.#nowMs) * (this.#roll() < 300 ? this.#roll() / 1_000 : 1),
        );
        return;
      case 'settle':
        Object.assign(facts, { lifecycle: move.to, change: null });
        return;
      case 'open': {
        this.#changes += 1;
        this.#tries = 0;
        this.#approvedPlan = null;
        facts.change = changeFacts({ id: `IC-0001-C${this.#changes}` as ChangeId, kind: move.kind, planId: null });
        return;
      }
      case 'abandon':
      case 'lapse':
        facts.change = null;
        return;
      case 'plan':
        this.#pass(60_000);
        this.#plan(move.kind, move.notBefore);
        return;
      case 'apply':
        this.#pass(120_000);
        // A workflow that is lost in between leaves it so.
        this.#set({ phase: 'applying', attempts: (facts.change?.attempts ?? 0) + 1 });
        if (this.#roll() < 800) this.#settle();
        return;
      case 'recover':
        this.#pass(60_000);
        this.#settle();
        return;
    }
  }

  #plan(kind: ChangeKind, notBefore: string | null): void {
    const { onlyTakesAway, approval } = CHANGE_KIND_RULES[kind];
    const luck = this.#roll();
    if (luck < 300) {
      const isVerdict = luck < 100;
      this.#trouble({ phase: 'planning', isRefused: isVerdict, hasNext: !isVerdict || onlyTakesAway });
      return;
    }
    const isCovered = approval === 'afterwards' || (onlyTakesAway && this.#approvedPlan !== null);
    const planId = `${this.#facts.change?.id}-P${luck}` as PlanId;
    if (!isCovered) this.#approvedPlan = null;
    this.#set({ planId, notBefore, phase: isCovered ? 'approved' : 'planned', isRefused: false, retryAt: null });
    this.#set({ applyUntil: null, replanBy: null });
  }

  #settle(): void {
    const { change } = this.#facts;
    if (change === null) return;
    const { onlyTakesAway, to } = CHANGE_KIND_RULES[change.kind];
    const luck = this.#roll();
    if (luck < 500) {
      Object.assign(this.#facts, { lifecycle: to, change: null });
    } else if (luck < 600) {
      this.#set({ phase: 'attention', retryAt: this.#later(600), recoverBy: null });
    } else if (luck < 850 || onlyTakesAway) {
      this.#trouble({ phase: onlyTakesAway ? 'planning' : 'approved', isRefused: false, hasNext: true });
    } else {
      this.#facts.change = null;
    }
  }

  #trouble({ phase, isRefused, hasNext }: { phase: ChangeFacts['phase']; isRefused: boolean; hasNext: boolean }): void {
    this.#tries += 1;
    const retryAt = hasNext ? this.#later(retryDelaySeconds(this.#tries)) : null;
    this.#set({ phase, isRefused, retryAt, replanBy: null, recoverBy: null });
  }

  /** Somebody decides something that the law lets them. */
  #decide(): void {
    const facts = this.#facts;
    const { change } = facts;
    if (isEnd(facts.lifecycle)) return;
    const luck = this.#roll();
    if (facts.unsigned.length > 0 && luck < 700) facts.unsigned = facts.unsigned.slice(1);
    else if (luck < 40 && facts.withdrawal === null) this.#withdraw();
    else if (change?.phase === 'planned' && luck < 600) this.#approve(change);
    else if (change?.phase === 'planned' && luck < 650) this.#reject(change);
    else if (change?.phase === 'attention' && luck < 800) this.#set({ recoverBy: 'engineer-1' });
    else if (change !== null && ['planning', 'planned', 'approved', 'scheduled'].includes(change.phase) && luck > 900) {
      this.#set({ phase: 'planning', replanBy: 'engineer-1', retryAt: null, applyUntil: null });
    } else if (change === null && facts.lifecycle === 'active' && luck > 800 && facts.withdrawal === null) {
      this.#take({ move: 'open', kind: luck > 900 ? 'suspend' : 'modify', by: 'officer-1' });
    } else if (change === null && facts.lifecycle === 'suspended' && luck > 700) {
      this.#take({ move: 'open', kind: 'resume', by: 'officer-1' });
    }
  }

  #withdraw(): void {
    this.#facts.withdrawal = { by: 'officer-1', reason: 'the project has ended' };
  }

  #approve(change: ChangeFacts): void {
    if (Date.parse(this.#facts.validUntil) <= this.#nowMs) return;
    const startMs = Math.max(this.#nowMs, change.notBefore === null ? 0 : Date.parse(change.notBefore));
    const { windowHours } = CHANGE_KIND_RULES[change.kind];
    const applyUntil = windowHours === null ? null : new Date(startMs + windowHours * 3_600_000).toISOString();
    this.#approvedPlan = change.planId;
    this.#set({ phase: startMs > this.#nowMs ? 'scheduled' : 'approved', applyUntil, retryAt: null });
  }

  #reject(change: ChangeFacts): void {
    const { rejectedTo } = CHANGE_KIND_RULES[change.kind];
    Object.assign(this.#facts, { change: null, withdrawal: null, lifecycle: rejectedTo ?? this.#facts.lifecycle });
  }

  #set(some: Partial<ChangeFacts>): void {
    if (this.#facts.change !== null) this.#facts.change = { ...this.#facts.change, ...some };
  }

  /** Work takes time; now and then it takes half a day. */
  #pass(ms: number): void {
    this.#nowMs += this.#roll() < 50 ? DAY_MS / 2 : ms;
  }

  #later(seconds: number): string {
    return new Date(this.#nowMs + seconds * 1_000).toISOString();
  }
}
