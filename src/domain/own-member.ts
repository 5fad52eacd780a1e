/** Of a record by names of others: `constructor`, which every object has of its own kind, is no entry of it. */
export function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
