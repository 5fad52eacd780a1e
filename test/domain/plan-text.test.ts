import { describe, expect, it } from 'vitest';
import { LANGUAGES, PLAN_PHRASES } from '../../src/domain/plan-phrases.ts';
import { type PlanText, planText } from '../../src/domain/plan-text.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { planInput, samplePlan } from '../plan/samples.ts';
import { brutePut } from '../proof/brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, rt, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';

const wordsOf = ({ title, sections }: PlanText) => [
  title,
  ...sections.flatMap((section) => [section.title, ...section.lines.map(({ mark, text }) => `${mark ?? ''} ${text}`)]),
];
/** What a bidirectional text puts around names is not seen. */
const seen = (text: PlanText) =>
  wordsOf(text)
    .join('\n')
    .replaceAll(/[\u2068\u2069]/g, '');

describe('a plan in words', () => {
  it('says what opens, that nobody else gains a route, what is touched and when', () => {
    expect(wordsOf(planText(samplePlan(), 'en'))).toEqual([
      'Plan IC-0001-C1-P1: provision IC-0001',
      'After this change',
      expect.stringMatching(/^\+ 10\.120\.10\.0\/24 of MOF can be reached from MOH at pe1, pe2/),
      expect.stringMatching(/^\+ 10\.100\.10\.0\/24 of MOH can be reached from MOF at /),
      expect.stringMatching(/^\+ 10\.100\.20\.0\/24 of MOH can be reached from MOF at /),
      'ok Nobody else gains a route (proved).',
      'Routers',
      ...['pe1', 'pe2', 'pe3', 'pe4'].map((pe) => expect.stringMatching(`^ ${pe}: \\d+ edits$`)),
      'Proved',
      'ok what opens is what was approved: yes',
      ...[expect.stringMatching(/^ok /), expect.stringMatching(/^ok /), expect.stringMatching(/^ok /)],
      'When',
      ' as soon as it is approved',
      expect.stringMatching(/^ checked within \d+ s, else taken back on every router$/),
    ]);
  });

  it('says what closes', () => {
    const view = brutePut(sampleNetwork(), [sampleInterconnect()]);
    const text = seen(planText(planChange(planInput({ view, kind: 'withdraw' })), 'en'));
    expect(text).toContain('- 10.120.10.0/24 of MOF can no longer be reached from MOH');
    expect(text).not.toContain('+ ');
  });

  it('names a whole VPN as such, and what is added to it later', () => {
    const subject = makeInterconnect(1, makeFlow('MOE', 'MOF', '65000:9001', 'whole-vpn'));
    const text = seen(planText(planChange(planInput({ subject })), 'en'));
    expect(text).toContain('! This opens the whole VPN of MOE, and what is added to it later.');
  });

  it('names a router that keeps what nobody confirms', () => {
    const plan = samplePlan();
    const routers = plan.routers.map((router) =>
      router.pe === 'pe3' ? { ...router, procedure: 'writable-running-reverse-delta' as const } : router,
    );
    const warned = wordsOf(planText({ ...plan, routers }, 'en')).filter((line) => line.includes('NOT go back'));
    expect(warned).toEqual(['! pe3 does NOT go back by itself when the change fails; wasl takes the change back.']);
  });

  it.each(LANGUAGES)('never says that nobody else gains a route where that was not proved (%s)', (language) => {
    const view = alterVrf(sampleNetwork(), 'pe1', 'MOE', (vrf) => ({
      ...vrf,
      operator: {
        ...vrf.operator,
        ipv4: {
          importRouteTargets: [rt('65000:9001')],
          exportRouteTargets: [],
          importPolicies: [],
          exportPolicies: [],
        },
      },
    }));
    const text = seen(planText(planChange(planInput({ view })), language));
    expect(text).toContain(PLAN_PHRASES[language].nobodyElseUnproved);
    expect(text).not.toContain(PLAN_PHRASES[language].nobodyElse);
    expect(text).toContain(
      PLAN_PHRASES[language].because({ pe: 'pe1', vrf: 'MOE', prefix: '10.100.10.0/24', routeTarget: '65000:9001' }),
    );
    expect(seen(planText({ ...samplePlan(), proofs: [] }, language))).toContain(PLAN_PHRASES[language].nothingProved);
  });
});

describe('in Arabic', () => {
  const facts = (text: PlanText) => seen(text).match(/[A-Za-z0-9][\w./:-]*[\w]/g) ?? [];

  it('holds the same names, prefixes, routers and route targets, line by line', () => {
    for (const plan of [
      samplePlan(),
      planChange(planInput({ view: brutePut(sampleNetwork(), [sampleInterconnect()]), kind: 'withdraw' })),
    ]) {
      const [english, arabic] = [planText(plan, 'en'), planText(plan, 'ar')];
      expect(arabic.sections.map(({ lines }) => lines.map(({ mark }) => mark))).toEqual(
        english.sections.map(({ lines }) => lines.map(({ mark }) => mark)),
      );
      const known = new Set(facts(english));
      expect(facts(arabic).filter((fact) => !known.has(fact))).toEqual([]);
      expect(facts(arabic)).toEqual(
        expect.arrayContaining(['IC-0001', '10.100.10.0/24', 'MOH', 'MOF', '65000:9001', 'pe3']),
      );
    }
  });

  it('isolates each of them, so that a prefix is not turned round', () => {
    const line = planText(samplePlan(), 'ar').sections[0]?.lines[0]?.text ?? '';
    expect(line).toContain('\u206810.120.10.0/24\u2069');
    expect(line.match(/\u2068/g)?.length).toBe(line.match(/\u2069/g)?.length);
    expect(wordsOf(planText(samplePlan(), 'en')).join('')).not.toMatch(/[\u2066-\u2069]/);
  });
});
