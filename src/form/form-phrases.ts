/**
 * The words of the printed form, in the languages of those who sign. Short, one fact each, so that a reader of either language can hold them
 * against each other; docs/form-phrases.md lists them for review.
 */
import type { Language } from '../domain/plan-phrases.ts';
import type { JudgedDecision } from '../ledger/evidence/judge-decisions.ts';

export interface FormPhrases {
  readonly title: string;
  readonly subtitle: (interconnect: string) => string;
  readonly view: string;
  readonly agreement: string;
  readonly interconnect: string;
  readonly change: string;
  readonly parties: string;
  readonly purpose: string;
  readonly flow: string;
  readonly reach: (prefixes: string, from: string, to: string) => string;
  readonly wholeVpn: string;
  /** Between the members of a list. */
  readonly and: string;
  readonly firewallNote: string;
  readonly period: string;
  readonly fromTo: (from: string, to: string) => string;
  readonly fromApproval: (to: string) => string;
  readonly policyVersion: string;
  readonly duties: string;
  readonly ownSecurity: string;
  readonly twoVpns: string;
  readonly ownBranches: string;
  readonly limit: string;
  readonly signatureOf: (party: string) => string;
  readonly networkSide: string;
  readonly name: string;
  readonly noName: string;
  /** Written by hand. */
  readonly ownName: string;
  readonly designation: string;
  readonly userId: string;
  readonly signature: string;
  readonly seal: string;
  readonly certificate: string;
  readonly date: string;
  readonly verdict: string;
  readonly verdicts: Readonly<Record<JudgedDecision['verdict'], string>>;
  readonly waits: string;
  readonly bound: string;
  readonly arabicText: string;
  readonly englishText: string;
  readonly requestDigest: string;
  readonly evidenceDigest: string;
  readonly ledger: string;
  readonly rows: (count: number) => string;
  readonly root: string;
  readonly witness: string;
  readonly installation: string;
  readonly faults: string;
}

const ENGLISH: FormPhrases = {
  title: 'Communication policy: acceptance and signatures',
  subtitle: (interconnect) => `Interconnect ${interconnect}`,
  view: 'This print is a view. The evidence is the attached file evidence.json. Verify it: wasl evidence verify.',
  agreement: 'What is agreed',
  interconnect: 'Interconnect',
  change: 'Change',
  parties: 'Parties',
  purpose: 'Purpose',
  flow: 'May be reached',
  reach: (prefixes, from, to) => `${prefixes} of ${from} from ${to}`,
  wholeVpn: 'the whole VPN',
  and: ', ',
  firewallNote: 'Note for firewalls',
  period: 'Period',
  fromTo: (from, to) => `from ${from} until ${to}`,
  fromApproval: (to) => `as soon as it is approved, until ${to}`,
  policyVersion: 'Version of the policy',
  duties: 'Duties',
  ownSecurity: 'Each party alone is responsible for the security of its network, servers and premises.',
  twoVpns: 'The network operator connects the two VPNs that are named here, and nothing beyond them.',
  ownBranches: 'The network operator keeps the way between a party and its own branches clear and unfiltered.',
  limit: 'The network operator is not responsible for weak security or misuse inside the network of a party.',
  signatureOf: (party) => `Signatures of ${party}`,
  networkSide: 'Signature of the network side',
  name: 'Name in the certificate',
  noName: 'not known',
  ownName: 'Name',
  designation: 'Designation',
  userId: 'User id',
  signature: 'Signature',
  seal: 'Seal',
  certificate: 'Serial number of the certificate',
  date: 'Date and time',
  verdict: 'Verified',
  verdicts: {
    pass: 'yes, it holds',
    fail: 'NO, it does not hold',
    unknown: 'NOT KNOWN',
    unsigned: 'NOT SIGNED',
    absent: 'NOT IN THE FILE',
    'by-hand': 'BY HAND, on a scanned form: the weaker kind',
  },
  waits: 'Not signed yet',
  bound: 'What is bound together',
  arabicText: 'SHA-256 of the Arabic policy',
  englishText: 'SHA-256 of the English policy',
  requestDigest: 'SHA-256 of the request',
  evidenceDigest: 'SHA-256 of the attached file',
  ledger: 'Ledger',
  rows: (count) => `${count} rows`,
  root: 'Root of the ledger',
  witness: 'Cosigned by',
  installation: 'Installation',
  faults: 'What does not hold',
};

const ARABIC: FormPhrases = {
  title: 'سياسة الاتصال: القبول والتوقيعات',
  subtitle: (interconnect) => `الربط ${interconnect}`,
  view: 'هذه النسخة المطبوعة للاطلاع. والدليل هو الملف المرفق evidence.json. للتحقق منه: wasl evidence verify.',
  agreement: 'ما تم الاتفاق عليه',
  interconnect: 'الربط',
  change: 'التغيير',
  parties: 'الطرفان',
  purpose: 'الغرض',
  flow: 'يمكن الوصول إلى',
  reach: (prefixes, from, to) => `${prefixes} لدى ${from} من ${to}`,
  wholeVpn: 'كامل الشبكة',
  and: '، ',
  firewallNote: 'ملاحظة لجدران الحماية',
  period: 'المدة',
  fromTo: (from, to) => `من ${from} إلى ${to}`,
  fromApproval: (to) => `فور الموافقة، إلى ${to}`,
  policyVersion: 'إصدار السياسة',
  duties: 'الواجبات',
  ownSecurity: 'كل طرف مسؤول وحده عن أمن شبكته وخوادمه ومبانيه.',
  twoVpns: 'يربط مشغل الشبكة الشبكتين المذكورتين هنا، ولا شيء غير ذلك.',
  ownBranches: 'يبقي مشغل الشبكة الطريق بين الطرف وفروعه واضحا وغير مرشح.',
  limit: 'لا يسأل مشغل الشبكة عن ضعف الأمن أو سوء الاستخدام داخل شبكة أي طرف.',
  signatureOf: (party) => `توقيعات ${party}`,
  networkSide: 'توقيع مشغل الشبكة',
  name: 'الاسم في الشهادة',
  noName: 'غير معروف',
  ownName: 'الاسم',
  designation: 'المسمى الوظيفي',
  userId: 'معرف المستخدم',
  signature: 'التوقيع',
  seal: 'الختم',
  certificate: 'الرقم التسلسلي للشهادة',
  date: 'التاريخ والوقت',
  verdict: 'نتيجة التحقق',
  verdicts: {
    pass: 'نعم، صحيح',
    fail: 'لا، غير صحيح',
    unknown: 'غير معروف',
    unsigned: 'غير موقع',
    absent: 'ليس في الملف',
    'by-hand': 'توقيع يدوي على نموذج ممسوح ضوئيا، وهو النوع الأضعف',
  },
  waits: 'لم يوقع بعد',
  bound: 'ما ارتبط معا',
  arabicText: 'بصمة SHA-256 للسياسة بالعربية',
  englishText: 'بصمة SHA-256 للسياسة بالإنجليزية',
  requestDigest: 'بصمة SHA-256 للطلب',
  evidenceDigest: 'بصمة SHA-256 للملف المرفق',
  ledger: 'السجل',
  rows: (count) => `عدد القيود ${count}`,
  root: 'جذر السجل',
  witness: 'صادق عليه',
  installation: 'المنظومة',
  faults: 'ما لا يصح',
};

export const FORM_PHRASES: Readonly<Record<Language, FormPhrases>> = { en: ENGLISH, ar: ARABIC };
