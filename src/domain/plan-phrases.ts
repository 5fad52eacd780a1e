/**
 * The sentences of a plan, in the languages of those who approve it. Short, one fact each, so that a reader of either
 * language can hold them against each other; docs/plan-phrases.md lists them for review.
 */
import type { ChangeKind } from './change-kinds.ts';
import type { ProofName } from './plan.ts';
import type { Verdict } from './verdict.ts';

export const LANGUAGES = ['en', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Who reaches what: the prefix of one VPN from another. */
export interface ReachWords {
  readonly prefix: string;
  readonly from: string;
  readonly to: string;
}

export interface Phrases {
  readonly title: (plan: { id: string; kind: string; interconnect: string }) => string;
  readonly kinds: Readonly<Record<ChangeKind, string>>;
  readonly after: string;
  readonly gained: (reach: ReachWords, at: string, routeTarget: string) => string;
  readonly lost: (reach: ReachWords, at: string, routeTarget: string) => string;
  readonly remains: (reach: ReachWords, by: string) => string;
  readonly theOperator: string;
  readonly nothingChanges: string;
  readonly nobodyElse: string;
  readonly nobodyElseUnproved: string;
  readonly wholeVpn: (vpn: string) => string;
  readonly toAccept: (name: string) => string;
  readonly routers: string;
  readonly router: (pe: string, edits: number) => string;
  readonly noRouter: string;
  readonly keeps: (pe: string) => string;
  readonly notYet: (pe: string) => string;
  readonly proved: string;
  readonly nothingProved: string;
  readonly proof: (name: string, verdict: string) => string;
  readonly proofs: Readonly<Record<ProofName, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly because: (place: { pe: string; vrf: string; prefix: string | null; routeTarget: string | null }) => string;
  readonly when: string;
  readonly atOnce: string;
  readonly notBefore: (instant: string) => string;
  readonly checked: (seconds: number) => string;
  readonly notes: (count: number) => string;
}

const ENGLISH: Phrases = {
  title: ({ id, kind, interconnect }) => `Plan ${id}: ${kind} ${interconnect}`,
  kinds: {
    provision: 'provision',
    modify: 'modify',
    suspend: 'suspend',
    resume: 'resume',
    withdraw: 'withdraw',
  },
  after: 'After this change',
  gained: ({ prefix, from, to }, at, routeTarget) =>
    `${prefix} of ${from} can be reached from ${to} at ${at} (route target ${routeTarget})`,
  lost: ({ prefix, from, to }, at, routeTarget) =>
    `${prefix} of ${from} can no longer be reached from ${to} at ${at} (route target ${routeTarget})`,
  remains: ({ prefix, from, to }, by) => `${prefix} of ${from} stays reachable from ${to}, by ${by}`,
  theOperator: "the operator's configuration",
  nothingChanges: 'nothing changes in who reaches whom',
  nobodyElse: 'Nobody else gains a route (proved).',
  nobodyElseUnproved: 'That nobody else gains a route is NOT proved.',
  wholeVpn: (vpn) => `This opens the whole VPN of ${vpn}, and what is added to it later.`,
  toAccept: (name) => `${name} loses addresses to this change; whoever approves must accept it by this name.`,
  routers: 'Routers',
  router: (pe, edits) => (edits === 1 ? `${pe}: 1 edit` : `${pe}: ${edits} edits`),
  noRouter: 'none is touched',
  keeps: (pe) => `${pe} does NOT go back by itself when the change fails; wasl takes the change back.`,
  notYet: (pe) => `${pe} is not reached yet; wasl tries again.`,
  proved: 'Proved',
  nothingProved: 'nothing',
  proof: (name, verdict) => `${name}: ${verdict}`,
  proofs: {
    'exact-reachability': 'what opens is what was approved',
    'no-overlap': 'no address is somewhere else too',
    'route-target-ownership': 'every route target has one owner',
    'return-path': 'answers find their way back',
    'route-limits': 'no table holds more routes than it may',
  },
  verdicts: { pass: 'yes', fail: 'NO', unknown: 'NOT KNOWN' },
  because: ({ pe, vrf, prefix, routeTarget }) =>
    `look at ${[`router ${pe}`, `VRF ${vrf}`, ...(prefix === null ? [] : [`prefix ${prefix}`]), ...(routeTarget === null ? [] : [`route target ${routeTarget}`])].join(', ')}`,
  when: 'When',
  atOnce: 'as soon as it is approved',
  notBefore: (instant) => `not before ${instant}`,
  checked: (seconds) => `checked within ${seconds} s, else taken back on every router`,
  notes: (count) => (count === 1 ? '1 note in English follows' : `${count} notes in English follow`),
};

const ARABIC: Phrases = {
  title: ({ id, kind, interconnect }) => `خطة ${id}: ${kind} ${interconnect}`,
  kinds: { provision: 'إنشاء', modify: 'تعديل', suspend: 'تعليق', resume: 'استئناف', withdraw: 'سحب' },
  after: 'بعد هذا التغيير',
  gained: ({ prefix, from, to }, at, routeTarget) =>
    `يمكن الوصول إلى ${prefix} في ${from} من ${to} عند ${at} (هدف المسار ${routeTarget})`,
  lost: ({ prefix, from, to }, at, routeTarget) =>
    `لا يمكن بعد ذلك الوصول إلى ${prefix} في ${from} من ${to} عند ${at} (هدف المسار ${routeTarget})`,
  remains: ({ prefix, from, to }, by) => `يبقى الوصول ممكنا إلى ${prefix} في ${from} من ${to} بسبب ${by}`,
  theOperator: 'إعدادات المشغل',
  nothingChanges: 'لا يتغير شيء في الوصول بين الجهات',
  nobodyElse: 'لا تحصل أي جهة أخرى على مسار (تم إثبات ذلك).',
  nobodyElseUnproved: 'لم يثبت أن الجهات الأخرى لا تحصل على مسار.',
  wholeVpn: (vpn) => `هذا يفتح كامل الشبكة ${vpn} وكل ما يضاف إليها لاحقا.`,
  toAccept: (name) => `يفقد ${name} عناوين بسبب هذا التغيير، ويجب على من يوافق أن يقبله بهذا الاسم.`,
  routers: 'الموجهات',
  router: (pe, edits) => `${pe}: عدد التعديلات ${edits}`,
  noRouter: 'لا يتغير أي موجه',
  keeps: (pe) => `الموجه ${pe} لا يرجع تلقائيا إذا فشل التغيير، ويقوم النظام بإرجاعه.`,
  notYet: (pe) => `لم يتم الوصول إلى الموجه ${pe} بعد، وستعاد المحاولة.`,
  proved: 'الإثبات',
  nothingProved: 'لا شيء',
  proof: (name, verdict) => `${name}: ${verdict}`,
  proofs: {
    'exact-reachability': 'ما يفتح هو ما تمت الموافقة عليه فقط',
    'no-overlap': 'لا يوجد عنوان مكرر في مكان آخر',
    'route-target-ownership': 'لكل هدف مسار مالك واحد',
    'return-path': 'يوجد طريق للرد',
    'route-limits': 'لا يتجاوز أي جدول عدد المسارات المسموح به',
  },
  verdicts: { pass: 'نعم', fail: 'لا', unknown: 'غير معروف' },
  because: ({ pe, vrf, prefix, routeTarget }) =>
    `انظر ${[`الموجه ${pe}`, `جدول ${vrf}`, ...(prefix === null ? [] : [`العنوان ${prefix}`]), ...(routeTarget === null ? [] : [`هدف المسار ${routeTarget}`])].join('، ')}`,
  when: 'متى',
  atOnce: 'فور الموافقة',
  notBefore: (instant) => `ليس قبل ${instant}`,
  checked: (seconds) => `يفحص خلال ${seconds} ثانية، وإلا يرجع كل موجه إلى ما كان عليه`,
  notes: (count) => `تتبع ملاحظات باللغة الإنجليزية وعددها ${count}`,
};

export const PLAN_PHRASES: Readonly<Record<Language, Phrases>> = { en: ENGLISH, ar: ARABIC };
