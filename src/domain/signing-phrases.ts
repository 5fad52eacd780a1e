/**
 * The sentences of what is signed, in the languages of those who sign. Short, one fact each, so that a reader of either language can hold them
 * against each other; docs/signing-phrases.md lists them for review.
 */
import type { Language } from './plan-phrases.ts';
import type { SigningKind, SigningRole } from './signing-document.ts';

export interface SigningPhrases {
  readonly titles: Readonly<Record<SigningKind, string>>;
  /** What whoever signs says by it. */
  readonly statements: Readonly<Record<SigningKind, (subject: string, policyVersion: string) => string>>;
  readonly roles: Readonly<Record<SigningRole, string>>;
  readonly theOperator: string;
  readonly signer: (party: string, role: string) => string;
  readonly installation: string;
  readonly subject: string;
  readonly subjectDigest: string;
  readonly policyVersion: string;
  readonly arabicRendition: string;
  readonly englishRendition: string;
  readonly signers: string;
  readonly preparedAt: string;
  readonly nonce: string;
  readonly payloadDigest: string;
}

const ENGLISH: SigningPhrases = {
  titles: {
    'policy-acceptance': 'Acceptance of the communication policy',
    request: 'Request for an interconnect',
    'plan-approval': 'Approval of a plan',
    suspension: 'Suspension of an interconnect',
    resumption: 'Resumption of an interconnect',
    withdrawal: 'Withdrawal of an interconnect',
    'record-restoration': 'Restoration of the record',
  },
  statements: {
    'policy-acceptance': (_subject, version) =>
      `Version ${version} of the communication policy was read and understood, and it will be kept.`,
    request: (subject, version) =>
      `The interconnect of request ${subject} is asked for exactly as it stands there, under version ${version} of the communication policy.`,
    'plan-approval': (subject) => `Plan ${subject} may be carried out on the network exactly as it stands there.`,
    suspension: (subject) => `Interconnect ${subject} is to be suspended at once.`,
    resumption: (subject, version) =>
      `Interconnect ${subject} may be opened again as it was agreed, under version ${version} of the communication policy.`,
    withdrawal: (subject) => `Interconnect ${subject} is to be ended and removed from the network.`,
    'record-restoration': (subject) =>
      `The record was restored from a backup: ${subject}. Wasl goes on from there. Plans that were approved before are approved again.`,
  },
  roles: { signatory: 'signatory', seal: 'seal of the organisation', officer: 'officer' },
  theOperator: 'the network side',
  signer: (party, role) => `${party}: ${role}`,
  installation: 'Installation',
  subject: 'About',
  subjectDigest: 'SHA-256 of what it is about',
  policyVersion: 'Version of the policy',
  arabicRendition: 'SHA-256 of the Arabic policy',
  englishRendition: 'SHA-256 of the English policy',
  signers: 'To be signed by',
  preparedAt: 'Prepared at',
  nonce: 'Random number of this document',
  payloadDigest: 'SHA-256 of this document',
};

const ARABIC: SigningPhrases = {
  titles: {
    'policy-acceptance': 'قبول سياسة الاتصال',
    request: 'طلب ربط شبكتين',
    'plan-approval': 'الموافقة على خطة',
    suspension: 'تعليق ربط',
    resumption: 'استئناف ربط',
    withdrawal: 'سحب ربط',
    'record-restoration': 'استعادة السجل',
  },
  statements: {
    'policy-acceptance': (_subject, version) =>
      `تمت قراءة الإصدار ${version} من سياسة الاتصال وفهمه، وسيتم الالتزام به.`,
    request: (subject, version) =>
      `يطلب الربط الوارد في الطلب ${subject} كما هو مكتوب فيه تماما، وفق الإصدار ${version} من سياسة الاتصال.`,
    'plan-approval': (subject) => `يجوز تنفيذ الخطة ${subject} على الشبكة كما هي مكتوبة تماما.`,
    suspension: (subject) => `يعلق الربط ${subject} فورا.`,
    resumption: (subject, version) =>
      `يجوز فتح الربط ${subject} من جديد كما تم الاتفاق عليه، وفق الإصدار ${version} من سياسة الاتصال.`,
    withdrawal: (subject) => `ينهى الربط ${subject} ويزال من الشبكة.`,
    'record-restoration': (subject) =>
      `استعيد السجل من نسخة احتياطية: ${subject}. يتابع النظام من هناك. تلزم موافقة جديدة على الخطط التي تمت الموافقة عليها من قبل.`,
  },
  roles: { signatory: 'المفوض بالتوقيع', seal: 'ختم الجهة', officer: 'المسؤول' },
  theOperator: 'مشغل الشبكة',
  signer: (party, role) => `${party}: ${role}`,
  installation: 'المنظومة',
  subject: 'الموضوع',
  subjectDigest: 'بصمة SHA-256 للموضوع',
  policyVersion: 'إصدار السياسة',
  arabicRendition: 'بصمة SHA-256 للسياسة بالعربية',
  englishRendition: 'بصمة SHA-256 للسياسة بالإنجليزية',
  signers: 'يوقعها',
  preparedAt: 'وقت الإعداد',
  nonce: 'الرقم العشوائي لهذه الوثيقة',
  payloadDigest: 'بصمة SHA-256 لهذه الوثيقة',
};

export const SIGNING_PHRASES: Readonly<Record<Language, SigningPhrases>> = { en: ENGLISH, ar: ARABIC };
