/** A list on a terminal of any width: no text stands in the middle of another. */
import { expect, it } from 'vitest';
import { createPaint } from '../../src/cli/paint.ts';
import { showInterconnects, showNextSteps } from '../../src/cli/show-interconnect.ts';

const paint = createPaint({ isTerminal: false, columns: 80, write: () => undefined }, { NO_COLOR: '1' });
const one = {
  ...{ id: 'IC-0001', parties: ['MOF', 'MOH'], standing: 'active', reason: null },
  request: { purpose: 'Hospital invoices are settled', validUntil: '2031-12-31T19:59:59Z' },
  next: 'in force until 2031-12-31T19:59:59Z; then wasl takes it off the network',
};
const list = [one, { ...one, id: 'IC-0002', reason: 'stop it' }] as never;
const ROW = 'MOF–MOH  active  2031-12-31T19:59:59Z';

it('is a table where there is room, and in a pipe', () => {
  const table = [
    'ID       PARTIES  STATE   UNTIL                 PURPOSE                        REASON',
    `IC-0001  ${ROW}  Hospital invoices are settled`,
    `IC-0002  ${ROW}  Hospital invoices are settled  stop it`,
  ];
  for (const columns of [null, 86]) expect(showInterconnects(list, paint, columns)).toEqual(table);
});

it('has purpose and next step below each row where there is none', () => {
  const below = ['  purpose  Hospital invoices are settled', `  next     ${one.next}`];
  expect(showNextSteps(list, paint, 80)).toEqual([
    'ID       PARTIES  STATE   UNTIL',
    ...[`IC-0001  ${ROW}`, ...below],
    ...[`IC-0002  ${ROW}`, ...below],
  ]);
  expect(showInterconnects(list, paint, 80)).toEqual([
    'ID       PARTIES  STATE   UNTIL',
    ...[`IC-0001  ${ROW}`, '  purpose  Hospital invoices are settled'],
    ...[`IC-0002  ${ROW}`, '  purpose  Hospital invoices are settled', '  reason   stop it'],
  ]);
});
