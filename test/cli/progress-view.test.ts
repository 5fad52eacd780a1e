import { expect, it } from 'vitest';
import type { Progress } from '../../src/api/wire.ts';
import { createProgressView } from '../../src/cli/progress-view.ts';
import { createSession } from '../../src/cli/session.ts';

const ESC = String.fromCharCode(27);
const NOW = new Date('2026-03-01T08:00:10Z');

function watch(settings: { isTerminal: boolean; columns?: number; json?: boolean }) {
  let text = '';
  const stream = {
    isTerminal: settings.isTerminal,
    columns: settings.columns ?? 100,
    write: (chunk: string) => {
      text += chunk;
    },
  };
  const io = {
    ...{
      out: stream,
      err: stream,
      env: { NO_COLOR: '1' },
      readFile: async () => '',
      readBytes: async () => Buffer.alloc(0),
      writeFile: async () => undefined,
      keep: { read: async () => null, put: async () => undefined, remove: async () => undefined },
      now: () => NOW,
      offsetOf: () => 0,
      fetch,
    },
    signal: new AbortController().signal,
  };
  const view = createProgressView(createSession(io, () => ({ json: settings.json === true })));
  return {
    view,
    taken: () => {
      const chunk = text;
      text = '';
      return chunk;
    },
  };
}
const event = (
  pe: string | null,
  status: Progress['status'],
  message: string,
  more: Partial<Progress> = {},
): Progress => ({
  ...{ sequence: 1, interconnectId: 'IC-0001', changeId: 'IC-0001-C1', pe, stage: 'prepare', status, message },
  ...{ elapsedMs: null, at: '2026-03-01T08:00:07Z' },
  ...more,
});

it('redraws one line per router on a terminal, with running clocks', () => {
  const { view, taken } = watch({ isTerminal: true });
  view.add(event('sll-pe-01', 'started', 'locking'));
  expect(taken()).toBe('  … sll-pe-01  prepare        3.0 s  locking\n');
  view.add(event('mct-pe-01', 'done', 'validated', { elapsedMs: 420 }));
  expect(taken()).toBe(
    `${ESC}[1F${ESC}[0J  ✓ mct-pe-01  prepare       420 ms  validated\n  … sll-pe-01  prepare        3.0 s  locking\n`,
  );
  view.tick();
  expect(taken().startsWith(`${ESC}[2F${ESC}[0J`)).toBe(true);
  view.add(event(null, 'info', 'plan approved', { stage: 'lifecycle', changeId: null }));
  expect(taken().split('\n')[0]).toBe(`${ESC}[2F${ESC}[0J· plan approved`);
});

it('leaves the routers of the change before standing', () => {
  const { view, taken } = watch({ isTerminal: true });
  view.add(event('mct-pe-01', 'done', 'confirmed'));
  taken();
  view.add(event('sll-pe-01', 'started', 'locking', { changeId: 'IC-0001-C2' }));
  expect(taken()).toBe('  … sll-pe-01  prepare        3.0 s  locking\n');
});

it('never lets a line wrap: that would break the count of lines to erase', () => {
  const { view, taken } = watch({ isTerminal: true, columns: 30 });
  view.add(event('mct-pe-01', 'failed', 'x'.repeat(100)));
  const [line = ''] = taken().split('\n');
  expect([...line]).toHaveLength(29);
  expect(line.endsWith('…')).toBe(true);
});

it('writes one line per event elsewhere, and JSON when asked', () => {
  const plain = watch({ isTerminal: false });
  plain.view.add(event('mct-pe-01', 'failed', 'refused', { elapsedMs: 1_500 }));
  expect(plain.taken()).toBe('2026-03-01T08:00:07Z  ✗ mct-pe-01  prepare: refused (1.5 s)\n');
  const json = watch({ isTerminal: true, json: true });
  json.view.add(event('mct-pe-01', 'done', 'x'));
  expect(JSON.parse(json.taken())).toMatchObject({ pe: 'mct-pe-01', message: 'x' });
});
