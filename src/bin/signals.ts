/** Signals are bin's business: one place asks everything else to stop, and nothing is torn half-way. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const interrupt = new AbortController();
let held = false;
let installed = false;

/** Aborted by the first signal. A second one ends the process as usual, unless it holds what must be put away first. */
export function interruption(): AbortSignal {
  if (!installed) {
    installed = true;
    for (const signal of SIGNALS) process.on(signal, () => onSignal(signal));
  }
  return interrupt.signal;
}

/**
 * For commands that start servers, hold sessions or write secrets: from here on no signal ends the process by itself, however
 * many come. npm passes on a Ctrl-C that the terminal has sent already, and people press it twice. A terminal that has gone
 * away stops nothing half-way either.
 */
export function holdSignals(): AbortSignal {
  held = true;
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // Set for a part of an installation: it ends with the process that started it, whose end of our stdin closes.
  if (process.env.WASL_STOP_WITH_PARENT === '1') {
    process.stdin.on('end', () => interrupt.abort()).on('error', () => interrupt.abort());
    process.stdin.resume();
    // Else an open stdin keeps the process alive.
    if ('unref' in process.stdin) process.stdin.unref();
  }
  return interruption();
}

function onSignal(signal: (typeof SIGNALS)[number]): void {
  if (!held && interrupt.signal.aborted) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  interrupt.abort();
}
