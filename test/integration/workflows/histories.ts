/** Histories are kept by release: what a release began, every later one must replay. Written by `npm run histories`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

export const RELEASE = '0.2';

export async function keepHistory(story: string, client: Client, workflowId: string, runId?: string): Promise<void> {
  if (process.env.WASL_UPDATE_HISTORIES !== '1') return;
  const directory = fileURLToPath(new URL(`../../histories/${RELEASE}/`, import.meta.url));
  mkdirSync(directory, { recursive: true });
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  // Which process of which machine it was is nobody's business.
  const json = JSON.stringify(JSON.parse(historyToJSON(history)), null, 1).replace(/"\d+@[^"]*"/g, '"worker"');
  writeFileSync(`${directory}${story}.json`, `${json}\n`);
}
