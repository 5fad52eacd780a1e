import { describe, expect, test } from 'vitest';
import type { ReachabilityProbe } from '../../src/domain/plan.ts';
import { checkPings } from '../../src/proof/check-pings.ts';
import { address, pe, prefix, vrfName } from './networks.ts';

const probe = (target: string | null, expected: ReachabilityProbe['expect']): ReachabilityProbe => ({
  pe: pe('pe3'),
  vrf: vrfName('MOF'),
  prefix: prefix('10.100.10.0/24'),
  target: target === null ? null : address(target),
  expect: expected,
});
const ping = (target: string, sent: number, received: number) => ({
  pe: pe('pe3'),
  vrf: vrfName('MOF'),
  target: address(target),
  sent,
  received,
});
const at = '10.100.10.1 (10.100.10.0/24) from VRF MOF at pe3';

describe('a probe', () => {
  test.each([
    ['reachable', 5, 5, 'pass', '1 probe as planned'],
    ['reachable', 5, 1, 'pass', '1 probe as planned'],
    ['reachable', 5, 0, 'fail', `${at} does not answer: 5 pings, no reply`],
    ['reachable', 0, 0, 'unknown', `${at} was not pinged`],
    ['unreachable', 3, 0, 'pass', '1 probe as planned'],
    ['unreachable', 3, 1, 'fail', `${at} answers (1 of 3) but must not be reachable`],
    ['unreachable', 0, 0, 'unknown', `${at} was not pinged`],
  ] as const)('%s with %i sent and %i received: %3$s', (expected, sent, received, verdict, sentence) => {
    const result = checkPings({ probes: [probe('10.100.10.1', expected)] }, [ping('10.100.10.1', sent, received)]);
    expect(result).toEqual({ verdict, sentences: [sentence] });
  });

  test('that must stay silent and has no target is said, not passed over', () => {
    const silent = [probe(null, 'unreachable'), probe(null, 'unreachable')];
    // A site without a probe address that may be reached has nothing to be silent about.
    const probes = [probe('10.100.10.1', 'reachable'), probe(null, 'reachable'), ...silent];
    expect(checkPings({ probes }, [ping('10.100.10.1', 3, 3)])).toEqual({
      verdict: 'pass',
      sentences: ['1 probe as planned; 2 more that must stay silent were judged by the routing tables alone'],
    });
  });

  test('that nobody sent is unknown', () => {
    expect(checkPings({ probes: [probe('10.100.10.1', 'unreachable')] }, []).verdict).toBe('unknown');
  });

  test('one failure is a failure, whatever else passed', () => {
    const probes = [
      probe('10.100.10.1', 'reachable'),
      probe('10.100.10.2', 'unreachable'),
      probe('10.100.10.3', 'reachable'),
    ];
    const result = checkPings({ probes }, [ping('10.100.10.1', 3, 3), ping('10.100.10.2', 3, 3)]);
    expect(result.verdict).toBe('fail');
    expect(result.sentences.length).toBe(2);
  });
});

test('sites without a probe address are left to the route check', () => {
  expect(checkPings({ probes: [probe(null, 'reachable')] }, [])).toEqual({
    verdict: 'pass',
    sentences: ['no site has a probe address: only routes were checked'],
  });
});
