import { WaslError } from '../../errors.ts';
import type { Fault, FaultKind } from '../faults.ts';

type FieldType = 'string' | 'number' | 'boolean' | 'prefix-or-address' | 'moment' | 'datastore';

/** Fields of every kind of fault; `?` marks those that may be absent. */
export const FAULT_FIELDS: Readonly<Record<FaultKind, Readonly<Record<string, FieldType>>>> = {
  'refuse-connections': {},
  'refuse-authentication': {},
  'change-host-key': {},
  'hold-lock': { 'datastore?': 'datastore', 'sessionId?': 'number', 'seconds?': 'number' },
  'dirty-candidate': { 'config?': 'string' },
  'rpc-error': { operation: 'string', 'tag?': 'string', 'message?': 'string', 'done?': 'boolean' },
  'drop-connection': { operation: 'string', when: 'moment' },
  'no-reply': { operation: 'string', 'done?': 'boolean' },
  slow: { ms: 'number' },
  reboot: { operation: 'string', when: 'moment', 'downMs?': 'number' },
  'drop-edits': {},
  blackhole: { target: 'prefix-or-address', 'vrf?': 'string' },
};

/** A fault from JSON. Throws INPUT_INVALID naming the field. */
export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('fault', 'is not an object');
  const members = new Map<string, unknown>(Object.entries(value));
  const kind = members.get('kind');
  if (typeof kind !== 'string' || !isFaultKind(kind)) {
    throw invalid('fault.kind', `is one of ${Object.keys(FAULT_FIELDS).join(', ')}`);
  }
  members.delete('kind');
  for (const [marked, type] of Object.entries(FAULT_FIELDS[kind])) {
    const name = marked.replace('?', '');
    const member = members.get(name);
    members.delete(name);
    if (member === undefined && marked.endsWith('?')) continue;
    if (!isOfType(member, type)) throw invalid(`fault.${name}`, `is not a ${type}`);
  }
  const [stranger] = members.keys();
  if (stranger !== undefined) throw invalid(`fault.${stranger}`, `is no field of ${kind}`);
  return value as Fault;
}

function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_FIELDS, text);
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'number') return typeof value === 'number' && Number.isInteger(value) && value >= 0;
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (type === 'moment') return value === 'before' || value === 'after';
  if (type === 'datastore') return value === 'running' || value === 'candidate';
  if (type === 'prefix-or-address') return /^[0-9a-fA-F:.]{2,45}(\/\d{1,3})?$/.test(value);
  return true;
}

function invalid(path: string, fact: string): WaslError {
  return new WaslError('INPUT_INVALID', `${path} ${fact}`, { path });
}
