/** Minutes east of Greenwich where the reader is, at that time. */
export type ZoneOffset = (at: Date) => number;

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)(?!\w|:\d)/g;

/** `2031-01-31T14:00:00`. */
const SECONDS = 19;

/** Every time in a text in the reader's zone, as ISO 8601 with its offset: one zone on one screen, whoever wrote the time. */
export function withLocalTimes(text: string, offsetOf: ZoneOffset): string {
  return text.replace(INSTANT, (instant) => localTime(instant, offsetOf));
}

function localTime(instant: string, offsetOf: ZoneOffset): string {
  const at = new Date(instant);
  // A day or an hour that does not exist is somebody's slip, and is quoted as it was written.
  const written = new Date(`${instant.slice(0, SECONDS)}Z`);
  if (Number.isNaN(at.getTime()) || written.toISOString().slice(0, SECONDS) !== instant.slice(0, SECONDS))
    return instant;
  const minutes = offsetOf(at);
  const fraction = /\.\d+/.exec(instant)?.[0] ?? '';
  const clock = new Date(at.getTime() + minutes * 60_000);
  // Beyond the years that have four digits it stays as it was written.
  if (Number.isNaN(clock.getTime()) || clock.getUTCFullYear() > 9_999) return instant;
  return `${clock.toISOString().slice(0, 19)}${fraction}${zone(minutes)}`;
}

function zone(minutes: number): string {
  if (minutes === 0) return 'Z';
  const two = (count: number) => String(count).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
