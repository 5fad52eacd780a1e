import { z } from 'zod';
import { CONTACT_PURPOSES } from '../domain/entity-profile.ts';
import { PROHIBITED_CONDUCT } from '../domain/prohibited-conduct.ts';

const contactAnswerSchema = z.object({
  subject: z.string().describe('By which the ledger names this person'),
  purpose: z.enum(CONTACT_PURPOSES),
  name: z.string(),
  designation: z.string(),
  telephone: z.string().nullable(),
  email: z.string().nullable(),
});

export const profileSchema = z.object({
  entity: z.string(),
  contacts: z.array(contactAnswerSchema),
  obligations: z.array(z.object({ ar: z.string(), en: z.string() })),
});

export const liaisonSchema = z.object({
  interconnect: z.string(),
  firewallNote: z.string().nullable().describe('For the two parties: wasl carries routes, and opens no ports'),
  parties: z.array(profileSchema),
});

export const conductSchema = z.object({ reason: z.enum(PROHIBITED_CONDUCT), ar: z.string(), en: z.string() });

export type ProfileAnswer = z.infer<typeof profileSchema>;
export type LiaisonAnswer = z.infer<typeof liaisonSchema>;
export type ConductAnswer = z.infer<typeof conductSchema>;
