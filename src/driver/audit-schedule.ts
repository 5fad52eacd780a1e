/** The audit that nobody asks for: one Temporal Schedule of the installation, whatever workers come and go. */
import { type Client, ScheduleNotFoundError, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { type ReadNetworkInput, taskQueueOf } from '../../workflows/shared/messages.ts';
import { WaslError } from '../errors.ts';

export const auditScheduleId = (installation: string): string => `wasl/${installation}/audit`;

/** An audit that was missed while all was away is made up for within this; the next one comes anyway. */
const CATCH_UP_MS = 60 * 60_000;
/** As the readings for people: a worker reads all routers, and is tried twice. */
const RUN_TIMEOUT_MS = 10 * 60_000;

/**
 * Makes it where there is none. One that is there is changed only where the caller has just started: to its interval, and what it begins is then
 * encrypted under the newest key. One that was written in clear, or under a key that is gone, is made anew.
 */
export async function ensureAuditSchedule(
  client: Client,
  installation: string,
  everyMinutes: number,
  mayChange: boolean,
): Promise<void> {
  const scheduleId = auditScheduleId(installation);
  const wanted = scheduleOf(installation, everyMinutes);
  const handle = client.schedule.getHandle(scheduleId);
  try {
    if (!mayChange) await handle.describe();
    else await handle.update(({ state, policies }) => ({ ...wanted, state, policies }));
    return;
  } catch (error) {
    if (error instanceof WaslError && error.code === 'MESSAGE_UNREADABLE') await handle.delete();
    else if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  await client.schedule.create({ ...wanted, scheduleId }).catch((error: unknown) => {
    // Two workers that start together: one of them has made it.
    if (!(error instanceof Error && error.name === 'ScheduleAlreadyRunning')) throw error;
  });
}

function scheduleOf(installation: string, everyMinutes: number): Omit<ScheduleOptions, 'scheduleId'> {
  const input: ReadNetworkInput = { read: 'audit' };
  return {
    spec: { intervals: [{ every: everyMinutes * 60_000 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
    action: {
      type: 'startWorkflow',
      workflowType: 'readNetwork',
      workflowId: `${auditScheduleId(installation)}/run`,
      taskQueue: taskQueueOf(installation),
      args: [input],
      workflowExecutionTimeout: RUN_TIMEOUT_MS,
    },
  };
}
