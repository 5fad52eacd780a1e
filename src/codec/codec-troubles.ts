import { WaslError } from '../errors.ts';

export const CODEC_TROUBLES = ['key missing', 'not encrypted', 'altered'] as const;
export type CodecTrouble = (typeof CODEC_TROUBLES)[number];

/** What could not be decrypted keeps a process from being called well for so long; Temporal tries again within ten seconds. */
const LASTS_MS = 60_000;

/** What this process could not decrypt: for its log, its metrics and whoever asks whether it is well. */
export interface CodecTroubles {
  /** The error to throw; told to the log once for each fact. */
  note(trouble: CodecTrouble, fact: string): WaslError;
  /** Since the start. */
  readonly counts: Readonly<Record<CodecTrouble, number>>;
  /** The last fact, while it is young; null: all is well. */
  current(): string | null;
}

/** Different facts told: beyond it somebody makes them up. */
const TOLD_MAX = 1_000;

export function watchCodec(now: () => Date, log: (fact: string) => void): CodecTroubles {
  const counts: Record<CodecTrouble, number> = { 'key missing': 0, 'not encrypted': 0, altered: 0 };
  const told = new Set<string>();
  let last: { readonly fact: string; readonly atMs: number } | null = null;
  return {
    counts,
    note(trouble, fact) {
      counts[trouble] += 1;
      last = { fact, atMs: now().getTime() };
      if (!told.has(fact) && told.size < TOLD_MAX) {
        told.add(fact);
        log(fact);
      }
      return new WaslError('MESSAGE_UNREADABLE', fact);
    },
    current: () => (last !== null && now().getTime() - last.atMs < LASTS_MS ? last.fact : null),
  };
}
