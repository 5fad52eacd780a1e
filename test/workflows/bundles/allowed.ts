import { sleep } from '@temporalio/workflow';

export async function allowed(): Promise<void> {
  await sleep('1 second');
}
