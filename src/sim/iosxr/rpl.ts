import { parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { type PrefixMatch, parsePrefixMatch } from './rpl-sets.ts';
import { RplSyntaxError, TokenReader, tokenizeRpl } from './rpl-tokens.ts';

export { RplSyntaxError } from './rpl-tokens.ts';

/** A set given by its name or in place. */
export type PrefixSource = { readonly name: string } | { readonly entries: readonly PrefixMatch[] };

export type Condition =
  | { readonly kind: 'destination'; readonly source: PrefixSource }
  | { readonly kind: 'route-target'; readonly match: 'any' | 'every'; readonly targets: readonly RouteTarget[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] };

export type Statement =
  | { readonly kind: 'pass' | 'drop' | 'done' }
  | { readonly kind: 'apply'; readonly policy: string }
  | { readonly kind: 'set-route-targets'; readonly targets: readonly RouteTarget[]; readonly additive: boolean }
  /** Any other `set`: without meaning for VPN routes, but it modifies, so the route goes on. */
  | { readonly kind: 'set-other' }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Condition; readonly statements: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
    };

export interface RoutePolicy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A whole `route-policy NAME ... end-policy` block: the part of the language that VPN policies use. Throws RplSyntaxError. */
export function parsePolicy(text: string): RoutePolicy {
  const reader = new TokenReader(tokenizeRpl(text));
  reader.expect('route-policy');
  const name = reader.next();
  if (reader.peek() === '(') throw new RplSyntaxError('route policies with parameters are not simulated');
  const statements = parseStatements(reader, ['end-policy']);
  reader.expect('end-policy');
  const rest = reader.peek();
  if (rest !== undefined) throw new RplSyntaxError(`"${rest}" stands after end-policy`);
  return { name, statements };
}

/** As the router shows it: two blanks for each level, every line without blanks at its end. */
export function formatPolicy(text: string): string {
  let depth = 0;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '!');
  return lines
    .map((line) => {
      const closes = /^(end-policy|endif|else|elseif\b.*)$/.test(line);
      if (closes) depth--;
      const shown = `${'  '.repeat(Math.max(depth, 0))}${line.replace(/\s+/g, ' ')}\n`;
      if (/^(route-policy\b|if\b|elseif\b|else$)/.test(line)) depth++;
      return shown;
    })
    .join('');
}

function parseStatements(reader: TokenReader, ends: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  for (let word = reader.peek(); word === undefined || !ends.includes(word); word = reader.peek()) {
    statements.push(parseStatement(reader));
  }
  return statements;
}

function parseStatement(reader: TokenReader): Statement {
  const word = reader.next();
  if (word === 'pass' || word === 'drop' || word === 'done') return { kind: word };
  if (word === 'apply') return { kind: 'apply', policy: reader.next() };
  if (word === 'if') return parseIf(reader);
  if (word !== 'set') throw new RplSyntaxError(`"${word}" is not a statement`);
  if (!reader.takes('extcommunity')) {
    reader.skipLine();
    return { kind: 'set-other' };
  }
  if (!reader.takes('rt')) {
    reader.skipLine();
    return { kind: 'set-other' };
  }
  const targets = parseTargets(reader);
  return { kind: 'set-route-targets', targets, additive: reader.takes('additive') };
}

function parseIf(reader: TokenReader): Statement {
  const branches = [];
  let otherwise: Statement[] = [];
  do {
    const condition = parseCondition(reader);
    reader.expect('then');
    branches.push({ condition, statements: parseStatements(reader, ['elseif', 'else', 'endif']) });
  } while (reader.takes('elseif'));
  if (reader.takes('else')) otherwise = parseStatements(reader, ['endif']);
  reader.expect('endif');
  return { kind: 'if', branches, otherwise };
}

function parseCondition(reader: TokenReader): Condition {
  const conditions = [parseConjunction(reader)];
  while (reader.takes('or')) conditions.push(parseConjunction(reader));
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'or', conditions };
}

function parseConjunction(reader: TokenReader): Condition {
  const conditions = [parseTerm(reader)];
  while (reader.takes('and')) conditions.push(parseTerm(reader));
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'and', conditions };
}

function parseTerm(reader: TokenReader): Condition {
  if (reader.takes('not')) return { kind: 'not', condition: parseTerm(reader) };
  if (reader.takes('(')) {
    const condition = parseCondition(reader);
    reader.expect(')');
    return condition;
  }
  if (reader.takes('destination')) {
    reader.expect('in');
    return { kind: 'destination', source: parsePrefixSource(reader) };
  }
  if (reader.takes('extcommunity')) {
    reader.expect('rt');
    const match = reader.next();
    if (match === 'matches-any') return { kind: 'route-target', match: 'any', targets: parseTargets(reader) };
    if (match === 'matches-every') return { kind: 'route-target', match: 'every', targets: parseTargets(reader) };
    throw new RplSyntaxError(`"${match}" is not matches-any or matches-every`);
  }
  throw new RplSyntaxError(`"${reader.peek() ?? 'the end'}" is not a condition that is simulated`);
}

function parsePrefixSource(reader: TokenReader): PrefixSource {
  if (reader.peek() !== '(') return { name: reader.next() };
  return { entries: parseList(reader).map(parsePrefixMatch) };
}

function parseTargets(reader: TokenReader): RouteTarget[] {
  if (reader.peek() !== '(') throw new RplSyntaxError('extcommunity sets by name are not simulated');
  return parseList(reader).map((text) => {
    try {
      return parseRouteTarget(text);
    } catch {
      throw new RplSyntaxError(`"${text}" is not a route target`);
    }
  });
}

/** `( item, item ... )`; an item may have several words. */
function parseList(reader: TokenReader): string[] {
  reader.expect('(');
  const items: string[][] = [[]];
  for (let word = reader.next(); word !== ')'; word = reader.next()) {
    if (word === ',') items.push([]);
    else items.at(-1)?.push(word);
  }
  return items.map((words) => words.join(' '));
}
