/** One format for everything that a part of wasl tells its log: JSON lines on standard error. */
import { type Logger, pino } from 'pino';
import { visibleLines } from '../domain/visible-text.ts';

/** Whatever is handed to the log by mistake, these leave no trace. */
const SECRETS = [
  'authorization',
  'token',
  'password',
  'passphrase',
  'privateKey',
  'databaseUrl',
  'cookie',
  'apiKey',
  'clientCertPair',
];

export type { Logger };

export function createLogger(part: 'api' | 'worker', destination: pino.DestinationStream = logTo(2)): Logger {
  return pino(
    {
      base: { part, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: visibleLines },
      redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    },
    destination,
  );
}

/** A log that cannot be written (a full disk) stops nothing: what is logged meanwhile is lost. */
export function logTo(file: number | string): ReturnType<typeof pino.destination> {
  const destination = pino.destination(file);
  destination.on('error', () => undefined);
  return destination;
}
