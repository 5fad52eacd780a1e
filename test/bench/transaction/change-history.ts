import type { Client } from '@temporalio/client';

/** A workflow as Temporal recorded it: on the server's clock, from its start to its end. */
export interface ChangeHistory {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly activities: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

export async function readChangeHistory(client: Client, workflowId: string): Promise<ChangeHistory> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map<string, string>();
  const started = new Map<string, number>();
  const activities: { name: string; from: number; to: number }[] = [];
  let [from, to] = [Number.NaN, Number.NaN];
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    if (event.workflowExecutionStartedEventAttributes) from = at;
    if (event.workflowExecutionCompletedEventAttributes) to = at;
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '');
    const start = event.activityTaskStartedEventAttributes;
    if (start) started.set(String(start.scheduledEventId), at);
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const id = String(completed.scheduledEventId);
      activities.push({ name: names.get(id) ?? '', from: started.get(id) ?? Number.NaN, to: at });
    }
  }
  if (Number.isNaN(from + to)) throw new Error(`${workflowId} did not complete`);
  return { from, to, activities };
}
