import { WaslError } from '../../errors.ts';
import type { XmlElement } from '../../netconf/index.ts';
import type { RouterReader } from '../platform.ts';

/**
 * What stands on the router outside of the NETCONF module: FRR's own configuration and the kernel's rules. It is no part of running, so it is
 * read and judged, and never put back.
 */
const OWN = 'urn:wasl:frr:own';
const READ_OWN = "vtysh -c 'show running-config' && ip -4 rule show && ip -6 rule show";

/** A router that takes no command, or cuts its answer off, has not shown it: that makes unknown what opens, and holds no removal up. */
const UNSHOWN: ReadonlySet<string> = new Set(['ROUTER_CHANNEL_REFUSED', 'ROUTER_PROTOCOL']);

export async function readOwnConfiguration(reader: RouterReader): Promise<readonly XmlElement[]> {
  try {
    const { code, stdout } = await reader.exec(READ_OWN);
    return [ownElement(code, stdout)];
  } catch (error) {
    if (error instanceof WaslError && UNSHOWN.has(error.code)) return [ownElement(-1, '')];
    throw error;
  }
}

/** As it stands among the elements of running. */
export function ownElement(code: number, stdout: string): XmlElement {
  const part = (name: string, text: string): XmlElement => ({
    ...{ name, namespace: OWN, attributes: {}, children: [] },
    text,
  });
  const children = [part('exit-status', String(code)), part('shown', stdout)];
  return { ...part('own', ''), children };
}

export const isOwnConfiguration = ({ name, namespace }: XmlElement): boolean => name === 'own' && namespace === OWN;

/** One line of FRR's configuration with the lines of its block. */
export interface Statement {
  readonly line: string;
  readonly words: readonly string[];
  readonly inside: readonly Statement[];
}

export interface Shown {
  readonly statements: readonly Statement[];
  /** Of the kernel, as `ip rule` shows them. */
  readonly rules: readonly string[];
}

const HEADER = /^(Building configuration|Current configuration)/;
const END_OF_BLOCK = /^(!.*|exit|exit-.*|end)?$/;
const RULE = /^\d+:\s/;

/** null: the router did not show all of it. */
export function parseOwn(element: XmlElement): Shown | null {
  const [status, shown] = element.children.map(({ text }) => text);
  const lines = (shown ?? '').split('\n').map((line) => line.trimEnd());
  const end = lines.lastIndexOf('end');
  const rules = lines.slice(end + 1).filter((line) => line !== '');
  if (status !== '0' || end < 0 || rules.length === 0 || !rules.every((line) => RULE.test(line))) return null;
  return { statements: blocksOf(lines.slice(0, end)), rules: rules.map((line) => line.replace(/\s+/g, ' ').trim()) };
}

/** Blocks stand in by one blank a level. */
function blocksOf(lines: readonly string[]): Statement[] {
  const top: Statement[] = [];
  const open: { readonly depth: number; readonly inside: Statement[] }[] = [];
  for (const line of lines) {
    const text = line.trim();
    if (END_OF_BLOCK.test(text) || HEADER.test(line)) continue;
    const depth = line.length - line.trimStart().length;
    while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
    const inside: Statement[] = [];
    (open.at(-1)?.inside ?? top).push({ line: text, words: text.split(/\s+/), inside });
    open.push({ depth, inside });
  }
  return top;
}
