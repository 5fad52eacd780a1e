import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts by name, each written once. What the file system says comes through as it is. */
export interface KeptTexts {
  names(): readonly string[];
  read(name: string): string | null;
  /** Keeps the text unless there is one of this name; gives the one that is kept. */
  keep(name: string, text: string): string;
  /** Writes what everything kept comes to under a name of its own, whoever else is keeping something now. */
  publish(name: string, compose: () => string): void;
}

export function keepInMemory(): KeptTexts {
  const texts = new Map<string, string>();
  return {
    names: () => [...texts.keys()],
    read: (name) => texts.get(name) ?? null,
    keep(name, text) {
      const kept = texts.get(name) ?? text;
      texts.set(name, kept);
      return kept;
    },
    publish: () => undefined,
  };
}

/**
 * Files of this user alone in a folder that several processes may share; it is made where it is missing, and what is above it must be there. A file
 * appears whole or not at all (link, rename): nobody reads half of one, and of two who keep the same name at once both get the same text.
 */
export function keepInFolder(folder: string): KeptTexts {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const read = (name: string): string | null => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    }
  };
  const write = (text: string): string => {
    const path = join(folder, `.${randomUUID()}.new`);
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    return path;
  };
  return {
    names: () => readdirSync(folder),
    read,
    keep(name, text) {
      const path = write(text);
      try {
        linkSync(path, join(folder, name));
        return text;
      } catch (error) {
        const kept = hasCode(error, 'EEXIST') ? read(name) : null;
        if (kept === null) throw error;
        return kept;
      } finally {
        unlinkSync(path);
      }
    },
    publish(name, compose) {
      // Composed again after the rename: one who wrote later knew less, or there is nothing new.
      for (let text = compose(), written: string | null = null; text !== written; text = compose()) {
        renameSync(write(text), join(folder, name));
        written = text;
      }
    },
  };
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
