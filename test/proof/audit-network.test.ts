import { describe, expect, it } from 'vitest';
import type { PeName, VpnId } from '../../src/domain/names.ts';
import type { NetworkView, RunningVrf, VrfView } from '../../src/domain/network-view.ts';
import { type PrefixRange, parseScopeEntry } from '../../src/domain/scope.ts';
import { type AuditInputs, digestOfInputs, recordAudit } from '../../src/plan/audit-record.ts';
import { checkRecord } from '../../src/plan/check-record.ts';
import { buildNetworkView } from '../../src/plan/network-view.ts';
import { AUDIT_ASSUMPTIONS, type AuditedAgreement, auditNetwork } from '../../src/proof/audit-network.ts';
import { computeMatrix, type Standing } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, sampleInterconnect, sampleNetwork } from './networks.ts';

const AT = '2026-03-01T08:00:00.000Z';
const carried = brutePut(sampleNetwork(), [sampleInterconnect()]);
const [flow] = sampleInterconnect().flows;
const [place] = carried.pes.flatMap(({ name, vrfs }) =>
  vrfs.filter(({ vpn }) => vpn === flow?.to).map((vrf) => ({ pe: name, vrf: vrf.name })),
);

function agreed(standing: Standing = 'on-network', validUntil = '2026-12-31T00:00:00+04:00'): AuditedAgreement {
  const { id, flows } = sampleInterconnect();
  return { id, state: standing, standing, validUntil, flows };
}

const vpn = (id: string) => id as VpnId;

const audit = (
  view: NetworkView,
  agreements: readonly AuditedAgreement[],
  unread: readonly { pe: PeName; reason: string }[] = [],
) => auditNetwork({ at: AT, view, agreements, unread, rules: 5 });

describe('an audit of the whole network', () => {
  it('passes where every route is agreed and all that is agreed is there', () => {
    const { verdict, examined, findings, assumptions } = audit(carried, [agreed()]);
    const beside = expect.stringMatching(
      /^nothing is in configuration groups .* of pe1, pe2, pe3, pe4, which no reading shows$/,
    );
    expect([verdict, findings, assumptions]).toEqual(['pass', [], [...AUDIT_ASSUMPTIONS, beside]]);
    expect(examined).toBeGreaterThan(0);
    const before = auditNetwork({ at: AT, view: carried, agreements: [agreed()], unread: [], rules: 4 });
    expect(before.assumptions).toEqual(AUDIT_ASSUMPTIONS);
  });

  it('does not know what a VRF that nobody listed gives to a VPN', () => {
    const [giver] = carried.pes.flatMap(({ name, vrfs }) =>
      vrfs.filter(({ vpn }) => vpn === 'MOE').map((vrf) => ({ name, vrf })),
    );
    const ipv4 = { ...giver?.vrf.operator.ipv4, importRouteTargets: [] };
    const strange = { name: 'SHADOW', vpn: null, attachments: [], operator: { ipv4 }, share: {} };
    const shadow = { ...giver?.vrf, ...strange } as unknown as VrfView;
    const view = {
      pes: carried.pes.map((pe) => (pe.name === giver?.name ? { ...pe, vrfs: [...pe.vrfs, shadow] } : pe)),
    };
    const { verdict, findings, doubts, ofNobody } = audit(view, [agreed()]);
    expect([verdict, doubts, ofNobody]).toEqual(['unknown', findings.length, findings.length]);
    expect(findings[0]?.sentence).toMatch(
      /^VRF MOE at \S+: takes by 65000:\d+ what VRF SHADOW at \S+ gives, which no inventory lists: its networks are not known/,
    );
    const before = auditNetwork({ at: AT, view, agreements: [agreed()], unread: [], rules: 2 });
    expect([before.verdict, before]).toEqual(['pass', expect.not.objectContaining({ ofNobody: 0 })]);
  });

  it('tells what joined an agreed range after it was planned, and holds it against nobody', () => {
    const range = parseScopeEntry('10.100.0.0/16 le 24') as PrefixRange;
    const later = { ...agreed(), ranges: [{ from: vpn('MOH'), to: vpn('MOF'), range }] };
    const { verdict, told } = audit(carried, [later]);
    expect(verdict).toBe('pass');
    expect(told).toEqual([
      '10.100.30.0/24 of MOH joined the agreed range 10.100.0.0/16 le 24 after IC-0001 was planned: MOF does not reach it',
    ]);
    const all = { ...later, ranges: [{ ...later.ranges[0], range: parseScopeEntry('10.100.0.0/20 le 24') }] } as never;
    expect(audit(carried, [all])).not.toHaveProperty('told');
    expect(audit(carried, [agreed()])).not.toHaveProperty('told');
  });

  it('names what no agreement covers, the rules that make it so, and what would mend it', () => {
    const { verdict, uncovered, findings } = audit(carried, []);
    expect([verdict, uncovered > 0]).toEqual(['fail', true]);
    const { kind, rules, remedy, sentence } = findings[0] ?? { rules: [] };
    expect(kind).toBe('no agreement');
    expect(sentence).toMatch(/^10\.\S+ of \w+ at \S+ is, without an agreement, reachable from \w+ at \S+ \(VRF \w+\)/);
    expect(rules[0]).toMatch(/^VRF \w+ at \S+ puts \S+ on 10\.\S+ \(an export of wasl's pool\)$/);
    expect(rules.at(-1)).toMatch(/^VRF \w+ at \S+ imports \S+ for ipv4 \(an import of wasl's pool\)$/);
    expect(remedy).toMatch(
      /^Take the import of \S+ from VRF \w+ at \S+, or its export from VRF \w+ at \S+\. If it is wanted, have it agreed after that/,
    );
  });

  it('names what is left in one VRF of an agreement that is over, though no route goes by it', () => {
    const only = place?.pe;
    // Every other router is clean: nothing answers to what this one still takes.
    const view = {
      pes: sampleNetwork().pes.map((pe) => carried.pes.find(({ name }) => name === only && name === pe.name) ?? pe),
    };
    const ended = audit(view, []);
    expect(ended).toMatchObject({ verdict: 'fail', uncovered: 0 });
    expect(ended.leftBehind).toBeGreaterThan(0);
    const [{ kind, pe, sentence, remedy } = {} as never] = ended.findings;
    expect([kind, pe]).toEqual(['left behind', only]);
    expect(sentence).toMatch(
      /^VRF \S+ at \S+ (imports|exports with|imports and exports with) \S+: no agreement on the network has it$/,
    );
    expect(remedy).toBe(
      `Take it from VRF ${place?.vrf} at ${only} by hand (wasl router check ${only}), then audit again.`,
    );

    expect(audit(view, [agreed('planned')]).findings[0]?.sentence).toContain("the route target is IC-0001's");
    expect(audit(view, [agreed('changing')])).toMatchObject({ verdict: 'pass', leftBehind: 0 });
    expect(audit(sampleNetwork(), [])).toMatchObject({ verdict: 'pass', leftBehind: 0 });
  });

  it.each([
    [
      'it has ended',
      agreed('on-network', AT),
      /IC-0001's, which ended at/,
      /^wasl interconnect withdraw IC-0001 --reason/,
    ],
    [
      'its end is in another zone',
      agreed('changing', '2026-03-01T11:59:59+04:00'),
      /ended at/,
      /^wasl interconnect withdraw IC-0001 --reason/,
    ],
    [
      'it is suspended',
      agreed('suspended'),
      /IC-0001's, which is suspended, and not to be on the network/,
      /^Take the import/,
    ],
    ['it is not yet on the network', agreed('planned'), /which is planned, and not to be/, /^Take the import/],
  ])('an agreement covers nothing where %s', (_why, agreement, says, remedy) => {
    const { verdict, findings } = audit(carried, [agreement]);
    expect([verdict, findings[0]?.kind]).toEqual(['fail', 'no agreement']);
    expect(findings[0]?.sentence).toMatch(says);
    expect(findings[0]?.remedy).toMatch(remedy);
  });

  it('misses what is agreed, and nothing of what is being changed', () => {
    const bare = audit(sampleNetwork(), [agreed()]);
    expect([bare.verdict, bare.missing > 0, bare.findings[0]?.kind]).toEqual(['fail', true, 'missing']);
    expect(audit(sampleNetwork(), [agreed('changing')]).verdict).toBe('pass');
    expect(audit(carried, [agreed('changing')]).verdict).toBe('pass');
  });

  it('misses what is agreed of a family that the inventory lists and the router does not have, as the matrix does', () => {
    const inventory = inventoryOf(carried);
    const without = alterVrf(carried, String(place?.pe), String(place?.vrf), ({ vpn: _, canary: __, ...vrf }) => {
      const { ipv4: ___, ...operator } = vrf.operator;
      return { ...vrf, operator, share: {} } as unknown as VrfView;
    });
    const running = new Map(without.pes.map(({ name, vrfs }) => [name, vrfs as readonly RunningVrf[]]));
    const view = buildNetworkView(inventory, running, { required: new Set() });
    const { missing } = computeMatrix(view, inventory, [agreed()]);
    const found = audit(view, [agreed()]);
    expect(missing.length).toBeGreaterThan(0);
    expect([found.verdict, found.findings[0]?.kind, found.missing]).toEqual([
      'fail',
      'missing',
      new Set(missing.map(({ to, toPe, prefix }) => `${to} ${toPe} ${prefix}`)).size,
    ]);
    expect(found.findings[0]?.sentence).toContain(
      `is not reachable from ${flow?.to} in VRF ${place?.vrf} at ${place?.pe}`,
    );
    // An audit of before is made again by what was asked then.
    expect(auditNetwork({ at: AT, view, agreements: [agreed()], unread: [], rules: 3 }).missing).toBe(0);
    // Where the inventory lists no more than the router has, neither misses it.
    const routers = inventory.routers.map((router) => ({
      ...router,
      vrfs: router.vrfs.map((vrf) =>
        router.name === place?.pe && vrf.name === place.vrf ? { ...vrf, families: ['ipv6' as const] } : vrf,
      ),
    }));
    const listed = { ...inventory, routers };
    const agreeing = buildNetworkView(listed, running, { required: new Set() });
    const elsewhere = computeMatrix(agreeing, listed, [agreed()]).missing.filter(({ toPe }) => toPe === place?.pe);
    expect(elsewhere).toEqual([]);
    expect(audit(agreeing, [agreed()]).findings.filter(({ pe }) => pe === place?.pe)).toEqual([]);
  });

  it('an agreement covers its own prefixes, VPNs and direction only', () => {
    const other = agreed();
    const narrowed = {
      ...other,
      flows: other.flows.map((one) => ({ ...one, prefixes: one.prefixes.slice(0, 1) as never })),
    };
    const { verdict, findings } = audit(carried, [narrowed]);
    expect([verdict, findings[0]?.sentence]).toEqual([
      'fail',
      expect.stringContaining('which agrees to something else'),
    ]);
    const turned = { ...other, flows: other.flows.map((one) => ({ ...one, from: one.to, to: one.from })) };
    expect(audit(carried, [turned]).verdict).toBe('fail');
  });

  it('no remedy takes away what is agreed', () => {
    const flows = agreed().flows;
    const remedies = (change: (one: (typeof flows)[number]) => object) => {
      const { findings } = audit(carried, [{ ...agreed(), flows: flows.map((one) => ({ ...one, ...change(one) })) }]);
      return findings.filter(({ kind }) => kind === 'no agreement').map(({ remedy }) => remedy);
    };
    // Agreed for somebody else: this taker took it by hand.
    for (const remedy of remedies(() => ({ to: vpn('MOE') })))
      expect(remedy).toMatch(/^Take the import of \S+ from VRF \S+ at \S+\. If it is wanted/);
    // Agreed for this taker, and more is given than was agreed.
    for (const remedy of remedies(({ prefixes }) => ({ prefixes: prefixes.slice(0, 1) })))
      expect(remedy).toMatch(/^Take the export of \S+ from VRF \S+ at \S+\. If it is wanted/);
    expect(remedies(({ prefixes }) => ({ prefixes: prefixes.slice(0, 1) })).length).toBeGreaterThan(0);
    expect(remedies(() => ({ to: vpn('MOE') })).length).toBeGreaterThan(0);
  });

  it('what was not read or not understood is unknown, and excuses no route', () => {
    const away = [{ pe: 'mct-pe-99' as PeName, reason: 'no answer' }];
    expect(audit(carried, [agreed()], away)).toMatchObject({
      verdict: 'unknown',
      unread: 1,
      findings: [{ kind: 'not read' }],
    });
    expect(audit(carried, [], away).verdict).toBe('fail');
    const odd = alterVrf(carried, place?.pe ?? '', place?.vrf ?? '', (vrf) => ({
      ...vrf,
      anomalies: ['WASL-X is no share'],
    }));
    const doubted = audit(odd, [agreed()]);
    expect([doubted.verdict, doubted.findings[0]?.kind, doubted.findings[0]?.remedy]).toEqual([
      'unknown',
      'not understood',
      expect.stringContaining('Undo the hand edit'),
    ]);
  });
});

describe("an operator's policy", () => {
  const withPolicies = (policyTexts: Readonly<Record<string, string>>, platform: 'junos-yang' | 'iosxr-um2') => {
    const view = alterVrf(carried, place?.pe ?? '', place?.vrf ?? '', (vrf) => {
      const ipv4 = { importRouteTargets: [], exportRouteTargets: [], ...vrf.operator.ipv4 };
      const named = { ...ipv4, importPolicies: ['IN'], exportPolicies: ['OUT'] };
      return { ...vrf, policyTexts, operator: { ...vrf.operator, ipv4: named } };
    });
    return { pes: view.pes.map((pe) => (pe.name === place?.pe ? { ...pe, platform } : pe)) };
  };

  it.each([
    ['that takes route targets by pattern', { IN: 'target:65000:*', OUT: 'then accept' }, 'junos-yang', 'unknown'],
    ['of which the text was not read', { IN: 'target:65000:1' }, 'junos-yang', 'unknown'],
    ['that was read and names values', { IN: 'target:65000:1', OUT: 'then accept' }, 'junos-yang', 'pass'],
    ['that can only narrow', { IN: 'target:65000:*', OUT: 'then accept' }, 'iosxr-um2', 'pass'],
  ] as const)('%s', (_what, texts, platform, verdict) => {
    expect(audit(withPolicies(texts, platform), [agreed()]).verdict).toBe(verdict);
  });
});

describe('the record of an audit', () => {
  const inputs: AuditInputs = {
    ...{ at: AT, inventoryVersion: 3, inventory: inventoryOf(carried), unread: [], agreements: [agreed()] },
    running: Object.fromEntries(
      carried.pes.map(({ name, vrfs }) => [
        name,
        vrfs.map(({ vpn: _vpn, canary: _canary, attachments: _attachments, ...running }): RunningVrf => running),
      ]),
    ),
    readings: Object.fromEntries(
      carried.pes.map(({ name }) => [name, { readAt: AT, digest: `sha256:${'0'.repeat(64)}` as never }]),
    ),
  };
  const { text, digest, result } = recordAudit(inputs);

  const check = (text: string) => {
    const { proof: _proof, ...checked } = checkRecord(text);
    return checked;
  };

  it('can be made again from itself alone', () => {
    expect(check(text)).toEqual({ digest, faults: [], at: AT, result });
    expect(result.verdict).toBe('pass');
  });

  it('one of before is made again by the rules of before', () => {
    const before = recordAudit(inputs, 1);
    expect(before.result).not.toHaveProperty('leftBehind');
    expect(check(before.text)).toEqual({ digest: before.digest, faults: [], at: AT, result: before.result });
  });

  it('any byte that is altered is noticed', () => {
    const bytes = Buffer.from(text);
    const unnoticed: number[] = [];
    // Every byte of the part that is about the record itself, and a stride through the rest.
    for (let at = 0; at < bytes.length; at += at < 400 || at > bytes.length - 900 ? 1 : 251) {
      const altered = Buffer.from(bytes);
      altered[at] = (bytes[at] ?? 0) ^ 1;
      const checked = check(altered.toString('utf8'));
      if (checked.faults.length === 0 || checked.digest === digest) unnoticed.push(at);
    }
    expect(unnoticed).toEqual([]);
    for (const other of [
      `${text} `,
      text.trimEnd(),
      text.replace('{', '{ '),
      text.slice(0, -9),
      '',
      'null',
      '[]',
      '{"proof":"wasl audit","version":1}',
    ]) {
      expect(check(other).faults).not.toEqual([]);
      // In our words: no library's, no runtime's.
      expect(check(other).faults.join()).not.toMatch(/Unexpected|Cannot read|undefined|JSON at/);
    }
  });

  it('a verdict that its inputs do not give, and a router that was left out, are told', () => {
    const record = JSON.parse(text);
    const faults = (change: (copy: typeof record) => unknown) => {
      const copy = structuredClone(record);
      change(copy);
      return check(JSON.stringify({ ...copy, inputsDigest: digestOfInputs(copy.inputs, copy.version) })).faults.join(
        '; ',
      );
    };
    expect(faults(({ inputs: { agreements } }) => agreements.splice(0))).toContain('the verdict is fail');
    const [first] = Object.keys(inputs.running);
    expect(
      faults(({ inputs: { running, readings } }) => {
        delete running[first ?? ''];
        delete readings[first ?? ''];
      }),
    ).toContain(`${first} was neither read nor told to be unread`);
    expect(faults(({ inputs: { readings } }) => void delete readings[first ?? ''])).toContain('a reading without');
  });
});
