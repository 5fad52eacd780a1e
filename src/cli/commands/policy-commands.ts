import type { Command } from 'commander';
import type { NewPolicy, PolicyAnswer, PolicyStandingAnswer } from '../../api/policy-wire.ts';
import { digestOfBytes } from '../../domain/canonical-json.ts';
import { countOf } from '../../domain/count-of.ts';
import { decodeUtf8 } from '../../domain/decode-utf8.ts';
import {
  digestPolicy,
  graceEnd,
  POLICY_LANGUAGES,
  type PolicyLanguage,
  RENDITION_BYTES_MAX,
} from '../../domain/policy.ts';
import { shown } from '../../domain/shown.ts';
import { WaslError } from '../../errors.ts';
import { readBytes } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { SIGNING_FLAGS, type SigningOptions, signFor, tellSigners } from '../sign-for.ts';
import { formatTable } from '../table.ts';
import { shortDigest } from '../wording.ts';
import { writeText } from '../write-text.ts';
import { registerHandSignedCommands } from './hand-signed-commands.ts';
import { parseCount } from './interconnect-commands.ts';

const LANGUAGE_WORDS: Readonly<Record<PolicyLanguage, string>> = { ar: 'Arabic', en: 'English' };
const GRACE_DAYS_DEFAULT = 30;
const MEDIA_TYPES = { txt: 'text/plain', md: 'text/markdown', pdf: 'application/pdf' } as const;

interface ProposeOptions {
  readonly arabic: string;
  readonly english: string;
  readonly from: string;
  readonly graceDays: number;
}

/** What both parties read, understand and accept before their networks are joined. */
export function registerPolicyCommands(program: Command, session: CliSession): void {
  const policy = program.command('policy').description('the communication policy that both parties accept');
  registerReads(policy, session);
  registerConduct(policy, session);
  registerSteps(policy, session);
  registerHandSignedCommands(policy, session);
}

function registerReads(policy: Command, session: CliSession): void {
  policy
    .command('list')
    .description('its versions, in the order in which they come into force')
    .action(async () => {
      const policies = await session.client.listPolicies();
      if (session.isJson) return session.printJson(policies);
      session.print(listPolicies(policies, session));
    });

  policy
    .command('show')
    .description('one version: its texts, from when it holds, what is accepted')
    .argument('<version>')
    .action(async (version: string) => {
      const answer = await session.client.readPolicy(version);
      if (session.isJson) return session.printJson(answer);
      session.print(showPolicy(answer));
    });

  policy
    .command('text')
    .description('the text of one language, checked against its digest')
    .argument('<version>')
    .option('--language <ar|en>', 'which', parseLanguage, 'en')
    .option('--out <file>', 'write the very bytes there instead')
    .addHelpText('after', '\nExample:\n  wasl policy text 2026-1 --language ar --out policy.ar.md')
    .action(async (version: string, options: { language: PolicyLanguage; out?: string }) => {
      const answer = await session.client.readPolicy(version);
      const bytes = await fetchText(session, answer, options.language);
      if (options.out !== undefined) {
        await writeText(session.io, options.out, bytes);
        return session.remark(`${options.out}: ${digestOfBytes(bytes)}`);
      }
      const { mediaType, sha256 } = renditionOf(answer, options.language);
      if (session.isJson) {
        const { version, digest } = answer;
        const content = bytes.toString('base64');
        return session.printJson({ version, digest, language: options.language, mediaType, sha256, content });
      }
      if (mediaType === 'application/pdf') {
        const remedy = 'Name a file with --out.';
        throw new WaslError('INPUT_INVALID', `the text is ${mediaType}`, { path: '--out', remedy });
      }
      session.printDocument(decodeUtf8(bytes, `policy ${version}`));
    });

  policy
    .command('standing')
    .description('who lives by which version, and who has to accept what until when')
    .action(async () => {
      const standings = await session.client.listPolicyStandings();
      if (session.isJson) return session.printJson(standings);
      const rows = standings.map(({ entity, version, by, ...rest }) => {
        const how = by === 'hand' ? ' (by hand)' : '';
        return [entity, `${version ?? '-'}${how}`, standingInWords(rest)];
      });
      session.print(formatTable(['ENTITY', 'ACCEPTED', 'STANDING'], rows, session.paint));
    });
}

function registerConduct(policy: Command, session: CliSession): void {
  policy
    .command('conduct')
    .description('what it prohibits: the reasons for a suspension, in both languages')
    .action(async () => {
      const reasons = await session.client.entities.listConduct();
      if (session.isJson) return session.printJson(reasons);
      session.print(reasons.flatMap(({ reason, en, ar }) => [session.paint('bold', reason), `  ${en}`, `  ${ar}`]));
    });
}

function registerSteps(policy: Command, session: CliSession): void {
  policy
    .command('propose')
    .description('propose a version; another admin or a security officer publishes it')
    .argument('<version>', 'like 2027-1')
    .requiredOption('--arabic <file>', 'its text in Arabic (.txt, .md, .pdf)')
    .requiredOption('--english <file>', 'its text in English')
    .requiredOption('--from <time>', 'when it comes into force, with zone')
    .option('--grace-days <days>', 'how long whoever accepted the one before may take', parseCount, GRACE_DAYS_DEFAULT)
    .addHelpText(
      'after',
      '\nExample:\n  wasl policy propose 2027-1 --arabic policy.ar.md --english policy.en.md --from 2027-01-01T00:00:00+04:00',
    )
    .action(async (version: string, { arabic, english, from, graceDays }: ProposeOptions) => {
      const renditions = [await readRendition(session, 'ar', arabic), await readRendition(session, 'en', english)];
      const answer = await session.client.proposePolicy({ version, inForceFrom: from, graceDays, renditions });
      if (session.isJson) return session.printJson(answer);
      session.print([
        ...showPolicy(answer),
        `Another admin or a security officer may publish it: wasl policy publish ${version}`,
      ]);
    });

  policy
    .command('publish')
    .description('publish a version that somebody else proposed')
    .argument('<version>')
    .option('--digest <digest>', 'publish only these terms')
    .action(async (version: string, options: { digest?: string }) => {
      const digest = options.digest ?? (await session.client.readPolicy(version)).digest;
      const answer = await session.client.publishPolicy(version, digest);
      if (session.isJson) return session.printJson(answer);
      session.print([`policy ${version} (${shortDigest(digest)}) is published: ${whenInWords(answer)}`]);
    });

  const accept = policy
    .command('accept')
    .description('your entity has read and understood it, and keeps it')
    .argument('<version>')
    .option('--digest <digest>', 'accept only these terms')
    .addHelpText(
      'after',
      '\nExample:\n  wasl policy text 2026-1\n' +
        '  wasl policy accept 2026-1 --identity me.p12 --seal moh-seal.p12 --designation "Director of networks"',
    )
    .action(async (version: string, options: SigningOptions & { digest?: string }) => {
      const answer = await session.client.readPolicy(version);
      // What is accepted are these bytes, not a name: they are fetched and held against the digest.
      for (const { language } of answer.renditions) await fetchText(session, answer, language);
      const digest = options.digest ?? answer.digest;
      const signed = await signFor(session, { kind: 'policy-acceptance', id: version }, { digest, words: [] }, options);
      if (signed === null) return;
      const accepted = await session.client.acceptPolicy(version, digest, signed);
      if (session.isJson) return session.printJson(accepted);
      session.print([
        `${accepted.entity} has accepted the policy ${version} (${shortDigest(accepted.digest)})`,
        ...(options.signed === undefined ? [`  ${await tellSigners(signed)}`] : []),
        ...answer.renditions.map(({ language, sha256 }) => `  ${LANGUAGE_WORDS[language].padEnd(8)} ${sha256}`),
      ]);
    });
  for (const [flags, description] of SIGNING_FLAGS) accept.option(flags, description);
}

async function readRendition(
  session: CliSession,
  language: PolicyLanguage,
  file: string,
): Promise<NewPolicy['renditions'][number]> {
  const ending = file.split('.').at(-1)?.toLowerCase() ?? '';
  if (!Object.hasOwn(MEDIA_TYPES, ending)) {
    const remedy = 'Name a file that ends with .txt, .md or .pdf.';
    throw new WaslError('INPUT_INVALID', 'the file does not say what it is', { path: file, remedy });
  }
  const bytes = await readBytes(session.io, file, RENDITION_BYTES_MAX);
  const mediaType = MEDIA_TYPES[ending as keyof typeof MEDIA_TYPES];
  if (bytes.length === 0) throw new WaslError('INPUT_INVALID', 'the file is empty', { path: file });
  // A text that is none would be accepted unread.
  if (mediaType !== 'application/pdf') decodeUtf8(bytes, file);
  return { language, mediaType, content: bytes.toString('base64') };
}

async function fetchText(session: CliSession, policy: PolicyAnswer, language: PolicyLanguage): Promise<Buffer> {
  const bytes = await session.client.readRendition(policy.version, language);
  const isTold = digestOfBytes(bytes) === renditionOf(policy, language).sha256;
  // A digest of the text that comes with the text binds nobody: only the one of the terms is accepted.
  if (isTold && digestPolicy(policy) === policy.digest) return bytes;
  throw new WaslError(
    'API_UNREACHABLE',
    `the ${LANGUAGE_WORDS[language]} text that came has not the digest that was told`,
  );
}

function renditionOf({ version, renditions }: PolicyAnswer, language: PolicyLanguage) {
  const rendition = renditions.find((each) => each.language === language);
  if (rendition !== undefined) return rendition;
  throw new WaslError('POLICY_UNKNOWN', `the policy ${version} has no text in ${LANGUAGE_WORDS[language]}`);
}

function parseLanguage(text: string): PolicyLanguage {
  const language = POLICY_LANGUAGES.find((each) => each === text);
  if (language !== undefined) return language;
  throw new WaslError('INPUT_INVALID', `${shown(text)} is no language of the policy`, {
    path: '--language',
    remedy: 'Write ar or en.',
  });
}

function listPolicies(policies: readonly PolicyAnswer[], { paint }: CliSession): string[] {
  if (policies.length === 0) return ['No communication policy was published: nothing can be joined.'];
  const rows = policies.map(({ version, state, inForceFrom, graceDays, digest }) => [
    ...[version, state, inForceFrom, `${graceDays} d`, shortDigest(digest)],
  ]);
  return formatTable(['VERSION', 'STATE', 'IN FORCE FROM', 'GRACE', 'DIGEST'], rows, paint);
}

function showPolicy(policy: PolicyAnswer): string[] {
  const { version, state, digest, renditions, proposedBy, publishedBy } = policy;
  return [
    `Communication policy ${version}: ${state}, ${whenInWords(policy)}`,
    `  digest   ${digest}`,
    ...renditions.map(
      ({ language, mediaType, sha256, bytes }) =>
        `  ${LANGUAGE_WORDS[language].padEnd(8)} ${sha256}  ${mediaType}, ${countOf(bytes, 'byte')}`,
    ),
    ...(proposedBy === null
      ? []
      : [`  proposed by ${proposedBy}${publishedBy === null ? '' : `, published by ${publishedBy}`}`]),
  ];
}

const whenInWords = (policy: PolicyAnswer): string =>
  `in force from ${policy.inForceFrom}, grace until ${graceEnd(policy)}`;

function standingInWords({ standing, until, awaits }: Omit<PolicyStandingAnswer, 'entity' | 'version' | 'by'>): string {
  if (standing === 'accepted') return 'accepted';
  if (awaits === null) return 'no policy is in force';
  if (standing === 'grace') return `should accept ${awaits} until ${until}`;
  return until === null
    ? `has to accept ${awaits}: nothing opens`
    : `had to accept ${awaits} until ${until}: nothing opens`;
}
