import type { InventoryDifferenceAnswer } from '../api/inventory-wire.ts';
import { countOf } from '../domain/count-of.ts';
import { nameSubject } from '../domain/inventory-difference.ts';
import type { Paint } from './paint.ts';
import { formatTable } from './table.ts';

/** A wholly different inventory would fill the screen; `--json` has all of it. */
const ROWS_MAX = 200;

/** What changes, as a table, and what of it needs a second person. */
export function showInventoryDifference(
  { baseVersion, differences, conflicts }: InventoryDifferenceAnswer,
  paint: Paint,
): string[] {
  if (baseVersion === null) return ['No inventory is in force: this is the first one.'];
  if (differences.length === 0) return [`No difference to version ${baseVersion}.`];
  const rows = differences.slice(0, ROWS_MAX).map(({ subject, name, change, member, before, after }) => {
    const mark = change === 'added' ? paint('green', '+') : change === 'removed' ? paint('red', '-') : '~';
    return [mark, nameSubject({ subject, name }), member ?? change, before ?? '', after ?? ''];
  });
  const left = differences.length - rows.length;
  return [
    `${countOf(differences.length, 'difference')} to version ${baseVersion}:`,
    ...formatTable(['', 'WHAT', 'MEMBER', 'BEFORE', 'AFTER'], rows, paint),
    ...(left > 0 ? [`and ${left} more; --json shows all`] : []),
    '',
    ...showConflicts(conflicts, paint),
  ];
}

export function showConflicts(conflicts: InventoryDifferenceAnswer['conflicts'], paint: Paint): string[] {
  if (conflicts.length === 0) return ['It takes nothing away that needs a second person.'];
  const under = conflicts.flatMap(({ interconnectId }) => interconnectId ?? []);
  const weakened = conflicts.filter(({ interconnectId }) => interconnectId === null);
  const rows = conflicts.map(({ interconnectId, path, fact }) => [interconnectId ?? 'the network', fact, path]);
  const whom = [
    ...(under.length === 0 ? [] : [`takes away under ${countOf(new Set(under).size, 'interconnect')}`]),
    ...(weakened.length === 0 ? [] : ['alters what protects the network as a whole']),
  ];
  return [
    paint('red', `It ${whom.join(', and ')}; that needs a second admin:`),
    ...formatTable(['UNDER', 'WHAT', 'WHERE'], rows, paint),
  ];
}
