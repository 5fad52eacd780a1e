import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/bin/log.ts';

describe('the log', () => {
  it('is JSON lines with time, level and part, and keeps no secret', () => {
    const lines: string[] = [];
    const log = createLogger('worker', { write: (line) => void lines.push(line) });
    log.warn(
      { password: 's3cret', router: { passphrase: 's3cret' }, req: { headers: { authorization: 's3cret' } } },
      'odd',
    );
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'warn', part: 'worker', msg: 'odd', pid: process.pid });
    expect(Date.parse(String(line.time))).toBeGreaterThan(0);
    expect(lines.join()).not.toContain('s3cret');
  });
});
