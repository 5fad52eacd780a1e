import { describe, expect, it } from 'vitest';
import { createLogger, logTo } from '../../src/bin/log.ts';

describe('the log', () => {
  it('is JSON lines with time, level and part, and keeps no secret', () => {
    const lines: string[] = [];
    const log = createLogger('worker', { write: (line) => void lines.push(line) });
    log.warn(
      {
        password: 's3cret',
        login: { apiKey: 's3cret' },
        router: { passphrase: 's3cret' },
        req: { headers: { authorization: 's3cret' } },
      },
      'odd',
    );
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'warn', part: 'worker', msg: 'odd', pid: process.pid });
    expect(Date.parse(String(line.time))).toBeGreaterThan(0);
    expect(lines.join()).not.toContain('s3cret');
  });

  it('stops nothing where its disk is full', async () => {
    const destination = logTo('/dev/full');
    const errors: unknown[] = [];
    destination.on('error', (error: unknown) => errors.push(error));
    const log = createLogger('worker', destination);
    await expect
      .poll(() => {
        log.warn('lost');
        return errors.length;
      })
      .toBeGreaterThan(0);
  });
});
