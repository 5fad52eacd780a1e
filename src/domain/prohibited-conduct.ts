/**
 * What the policy prohibits: the closed list of reasons for which an officer suspends. One catalogue in both languages;
 * docs/prohibited-conduct.md lists it for review.
 */
import type { Language } from './plan-phrases.ts';

export const PROHIBITED_CONDUCT = [
  'malicious-program',
  'disruption',
  'forged-routing',
  'interception',
  'authentication-attack',
  'denial-of-service',
  'session-interference',
] as const;
export type ProhibitedConduct = (typeof PROHIBITED_CONDUCT)[number];

export const CONDUCT_PHRASES: Readonly<Record<Language, Readonly<Record<ProhibitedConduct, string>>>> = {
  en: {
    'malicious-program': 'It brings in malicious programs, such as viruses, worms, Trojan horses or key loggers.',
    disruption:
      'It breaches or disrupts communication, such as by port scans, floods of packets, mail bombing, or forged packets or addresses.',
    'forged-routing': 'It announces forged routing information.',
    interception: 'It intercepts data that is meant for others.',
    'authentication-attack': 'It evades or attacks authentication, such as by trying passwords.',
    'denial-of-service': 'It interferes with a service, or denies it to others.',
    'session-interference': "It uses a program to disturb or end another person's session.",
  },
  ar: {
    'malicious-program': 'إدخال برامج ضارة، مثل الفيروسات والديدان وأحصنة طروادة ومسجلات لوحة المفاتيح.',
    disruption:
      'الإخلال بالاتصال أو تعطيله، مثل مسح المنافذ، أو إغراق الشبكة، أو إغراق البريد، أو تزوير الحزم أو العناوين.',
    'forged-routing': 'نشر معلومات توجيه مزورة.',
    interception: 'اعتراض بيانات موجهة إلى آخرين.',
    'authentication-attack': 'تجاوز التحقق من الهوية أو مهاجمته، مثل تجربة كلمات المرور.',
    'denial-of-service': 'التدخل في خدمة أو منعها عن الآخرين.',
    'session-interference': 'استخدام برنامج لإزعاج جلسة شخص آخر أو إنهائها.',
  },
};
