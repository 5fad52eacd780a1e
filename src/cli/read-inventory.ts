import { checkInventory } from '../domain/check-inventory.ts';
import { type Inventory, inventorySchema } from '../domain/inventory.ts';
import { issuesError, parseWith, readDocument } from './read-document.ts';

/** The text of an inventory file -> the inventory. Throws INVENTORY_INVALID with line, path and remedy of every fault. */
export function readInventory(text: string, file: string): Inventory {
  const document = readDocument(text, file, 'INVENTORY_INVALID');
  const inventory: Inventory = parseWith(inventorySchema, document, 'INVENTORY_INVALID');
  const issues = checkInventory(inventory);
  if (issues.length > 0) throw issuesError(issues, document, 'INVENTORY_INVALID');
  return inventory;
}
