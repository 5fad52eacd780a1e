import type { XmlElement } from '../netconf/index.ts';
import { isInactive } from '../platforms/reading/activation.ts';

/**
 * Configuration as canonical text: two configurations that mean the same have the same text. Namespaces, prefixes and indentation of the
 * server are gone, containers that are empty and mean nothing are left out; the order of the server is kept, since it may mean something, and so is the mark of what is deactivated.
 */
export function canonicalText(config: readonly XmlElement[], transparentContainers: ReadonlySet<string>): string {
  const lines: string[] = [];
  for (const element of config) write(element, '', '', transparentContainers, lines);
  return lines.map((line) => `${line}\n`).join('');
}

function write(
  element: XmlElement,
  indent: string,
  outerNamespace: string,
  transparent: ReadonlySet<string>,
  lines: string[],
): void {
  if (isEmpty(element, transparent)) return;
  const { name, namespace } = element;
  const mark = isInactive(element) ? ' inactive="inactive"' : '';
  const open = (namespace === outerNamespace ? name : `${name} xmlns="${namespace}"`) + mark;
  if (element.children.length === 0) {
    const text = element.text.trim();
    lines.push(text === '' ? `${indent}<${open}/>` : `${indent}<${open}>${escapeMarkup(text)}</${name}>`);
    return;
  }
  lines.push(`${indent}<${open}>`);
  for (const child of element.children) write(child, `${indent}  `, namespace, transparent, lines);
  lines.push(`${indent}</${name}>`);
}

function isEmpty(element: XmlElement, transparent: ReadonlySet<string>): boolean {
  if (!transparent.has(element.name) || element.text.trim() !== '' || isInactive(element)) return false;
  return element.children.every((child) => isEmpty(child, transparent));
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
