import type { Inventory } from '../domain/inventory.ts';
import { judgeInventory } from '../domain/judge-inventory.ts';
import { issuesError, readDocument } from './read-document.ts';

/** The text of an inventory file -> the inventory. Throws INVENTORY_INVALID with line, path and remedy of every fault. */
export function readInventory(text: string, file: string): Inventory {
  const document = readDocument(text, file, 'INVENTORY_INVALID');
  const { inventory, issues } = judgeInventory(document.value);
  if (inventory === null) throw issuesError(issues, document, 'INVENTORY_INVALID');
  return inventory;
}
