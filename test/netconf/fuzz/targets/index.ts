import type { FuzzTarget } from '../target.ts';
import { chunkedFramer, eomFramer } from './framers.ts';
import { hello } from './hello.ts';
import { knownHosts } from './known-hosts.ts';
import { reply, rpcError } from './replies.ts';
import { session } from './session.ts';
import { xml } from './xml.ts';

export const TARGETS: readonly FuzzTarget[] = [
  eomFramer,
  chunkedFramer,
  xml,
  hello,
  reply,
  rpcError,
  knownHosts,
  session,
];
