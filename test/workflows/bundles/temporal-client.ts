import { Connection } from '@temporalio/client';

export async function forbidden(): Promise<unknown> {
  return Connection.connect();
}
