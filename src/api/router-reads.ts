import type { AuditEntry } from '../domain/audit.ts';
import type { PeName } from '../domain/names.ts';
import type { ReachQuestion } from '../domain/reach-question.ts';
import type { ExplanationAnswer, MatrixAnswer, RouterCheck, RouterRunning } from './network-wire.ts';

/**
 * Reads of live routers. The API holds no session and no credential: a worker does these on its behalf and puts what it read into the
 * record. Who asks while one is under way gets that one, and so does who asks a moment after it.
 * Errors: ROUTER_UNKNOWN, the ROUTER_* of the session, WORKERS_AWAY when no worker lives, TEMPORAL_UNAVAILABLE, DATABASE_UNAVAILABLE.
 */
export interface RouterReads {
  check(pe: PeName): Promise<RouterCheck>;
  read(pe: PeName): Promise<RouterRunning>;
  matrix(): Promise<MatrixAnswer>;
  /** Of one reading of the network. */
  explain(questions: readonly ReachQuestion[]): Promise<ExplanationAnswer>;
  audit(): Promise<AuditEntry>;
}
