import type { ReferenceElement } from './xml.ts';

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const XNM = 'http://xml.juniper.net/xnm/1.1/xnm';
const WRAPPERS = ['commit-results', 'load-configuration-results', 'multi-routing-engine-results'];

export interface ReferenceError {
  readonly severity: string;
  readonly tag: string;
  readonly message: string | null;
}

/** The rpc-errors of a reply: its children, and what stands anywhere in the wrappers of Junos. */
export function readReferenceErrors(reply: ReferenceElement): ReferenceError[] {
  const inWrapper = (element: ReferenceElement): ReferenceError[] =>
    element.children.flatMap((inner) =>
      inner.name === 'rpc-error' || isXnm(inner) ? [readError(inner)] : inWrapper(inner),
    );
  return reply.children.flatMap((element) => {
    const plain = element.name === 'rpc-error' && (element.namespace === BASE || element.namespace === '');
    if (plain || isXnm(element)) return [readError(element)];
    return WRAPPERS.includes(element.name) ? inWrapper(element) : [];
  });
}

function isXnm({ name, namespace }: ReferenceElement): boolean {
  return namespace === XNM && (name === 'error' || name === 'warning');
}

function readError(element: ReferenceElement): ReferenceError {
  const text = (name: string) => element.children.find((child) => child.name === name)?.text.trim();
  if (element.namespace === XNM) {
    return {
      severity: element.name === 'warning' ? 'warning' : 'error',
      tag: 'operation-failed',
      message: text('message') ?? null,
    };
  }
  const severity = text('error-severity') === 'warning' ? 'warning' : 'error';
  return { severity, tag: text('error-tag') ?? '', message: text('error-message') ?? null };
}
