import { digestOfText } from '../../domain/canonical-json.ts';
import { childrenNamed, childText, descend } from '../../netconf/index.ts';
import type { ChangeMarker, RouterReader } from '../platform.ts';

/** Cisco-IOS-XR-config-cfgmgr-exec-oper: the last hundred commits, each under a number of its own. */
const CONFIG_MANAGER = 'http://cisco.com/ns/yang/Cisco-IOS-XR-config-cfgmgr-exec-oper';
const FILTER =
  `<config-manager xmlns="${CONFIG_MANAGER}"><global><config-commit><commits>` +
  '<commit><commit-id/><timestamp/></commit></commits></config-commit></global></config-manager>';

/** A commit that is taken back is a commit, too. */
export async function readChangeMarker(reader: RouterReader): Promise<ChangeMarker | null> {
  const [manager] = await reader.get(FILTER);
  if (manager?.namespace !== CONFIG_MANAGER || manager.name !== 'config-manager') return null;
  const commits = childrenNamed(descend(manager, 'global', 'config-commit', 'commits') ?? manager, 'commit');
  const numbers = commits.map(
    (commit) => `${childText(commit, 'commit-id') ?? ''} ${childText(commit, 'timestamp') ?? ''}`,
  );
  const isWhole = numbers.length > 0 && numbers.every((number) => /^\S+ /.test(number));
  return isWhole ? { value: digestOfText(numbers.sort().join('\n')), isUnique: true } : null;
}
