import { readFileSync } from 'node:fs';

/** false also for a process that has ended and was not collected by its parent: in a container nobody may ever do so. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return process.platform !== 'linux' || !isUncollected(pid);
}

/** A process by more than its number, which another one may have when it is gone. */
export function nameProcess(pid: number): string {
  const [, startedAt] = readStat(pid);
  return startedAt === undefined ? String(pid) : `${pid} ${startedAt}`;
}

export function isNamedAlive(name: string): boolean {
  const [pid, startedAt] = name.split(' ');
  return isAlive(Number(pid)) && (startedAt === undefined || nameProcess(Number(pid)) === name);
}

const isUncollected = (pid: number): boolean => /^[ZX]?$/.test(readStat(pid)[0] ?? '');

/** proc(5): state and starting time, in clock ticks since boot; nothing where there is no such process, or no procfs. */
function readStat(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // They follow the name, which is in parentheses and may contain any.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[0] ?? '', fields[19] ?? ''];
  } catch {
    return [];
  }
}
