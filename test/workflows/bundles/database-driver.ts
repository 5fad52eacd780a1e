import pg from 'pg';

export async function forbidden(): Promise<unknown> {
  return new pg.Client();
}
