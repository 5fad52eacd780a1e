import { expect, it } from 'vitest';
import type { ExplanationAnswer } from '../../src/api/network-wire.ts';
import { explanationExitCode, showExplanation } from '../../src/cli/show-explanation.ts';

type Place = ExplanationAnswer['answers'][number]['places'][number];
const by = { prefix: '10.200.10.0/24', of: 'MOF', fromPe: 'nzw-pe-01', via: '0:65000:50001' };
const place = (more: Partial<Place> = {}): Place => ({
  ...{ pe: 'mct-pe-01', vrf: 'MOH', prefix: '10.200.10.0/24', verdict: 'reached', by },
  ...{ interconnects: ['IC-0001'], because: ['IC-0001 (active) lets MOH reach it'] },
  ...more,
});
const answer = (...places: Place[]): ExplanationAnswer => ({
  ...{ readAt: '2026-11-29T01:00:00.000Z', unread: [] },
  answers: [{ from: 'MOH', to: 'MOF', places, unlisted: 0 }],
});
const plain = (_style: unknown, text: string) => text;

it('says the verdict of each place, the route that is taken, and the rules', () => {
  const absent = place({
    prefix: '10.200.20.0/24',
    verdict: 'not reached',
    by: null,
    interconnects: [],
    because: ['a'],
  });
  expect(showExplanation(answer(place(), absent), plain)).toEqual([
    'Read from the routers at 2026-11-29T01:00:00.000Z',
    '',
    'MOH to MOF: 1 reached, 1 not reached',
    '  10.200.10.0/24 from VRF MOH at mct-pe-01: reached by 10.200.10.0/24 of MOF from nzw-pe-01, route target 65000:50001',
    '    IC-0001 (active) lets MOH reach it',
    '  10.200.20.0/24 from VRF MOH at mct-pe-01: not reached',
    '    a',
  ]);
});

it.each<[string, Place, number]>([
  ['what is agreed', place(), 0],
  ['what is not reached', place({ verdict: 'not reached', by: null, interconnects: [] }), 0],
  ['what nobody agreed to', place({ interconnects: [] }), 4],
  ['what is not known', place({ verdict: 'unknown', by: null, interconnects: [] }), 4],
])('%s: exit code', (_what, one, code) => {
  expect(explanationExitCode(answer(place(), one))).toBe(code);
});

it('places that were not looked at are not known', () => {
  const { answers, ...rest } = answer(place());
  expect(explanationExitCode({ ...rest, answers: answers.map((one) => ({ ...one, unlisted: 1 })) })).toBe(4);
});
