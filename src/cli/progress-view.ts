import type { Progress } from '../api/wire.ts';
import { withLocalTimes } from './local-time.ts';
import { columnsOf, padVisible, toOutput, toPlain, visibleLength } from './paint.ts';
import type { CliSession } from './session.ts';
import { formatDuration } from './wording.ts';

export interface ProgressView {
  add(event: Progress): void;
  /** Moves the running clocks on. */
  tick(): void;
  /** Leaves the last picture standing. */
  end(): void;
}

/** On a terminal one line per router that moves; elsewhere one line per event. */
export function createProgressView(session: CliSession): ProgressView {
  if (session.isJson) return createJsonView(session);
  return session.io.out.isTerminal ? createTerminalView(session) : createLineView(session);
}

/** One JSON document a line, as the server sent it. */
function createJsonView(session: CliSession): ProgressView {
  return { add: (event) => session.printJsonLine(event), tick: () => {}, end: () => {} };
}

function createLineView(session: CliSession): ProgressView {
  return { add: (event) => session.print(`${event.at}  ${describe(event, session)}`), tick: () => {}, end: () => {} };
}

const ESCAPE = String.fromCharCode(27);

function createTerminalView(session: CliSession): ProgressView {
  const { io } = session;
  const routers = new Map<string, Progress>();
  let drawnLines = 0;
  let changeId: string | null = null;

  /** Erases what was drawn below, then writes. */
  const write = (lines: readonly string[]) => {
    const up = drawnLines === 0 ? '' : `${ESCAPE}[${drawnLines}F${ESCAPE}[0J`;
    const text = lines.map((line) => `${cut(withLocalTimes(line, io.offsetOf), io.out.columns)}\n`).join('');
    io.out.write(up + text);
    drawnLines = 0;
  };
  const routerLines = () =>
    [...routers.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => routerLine(event));
  const routerLine = (event: Progress) => {
    const sinceMs = Math.max(0, io.now().getTime() - Date.parse(event.at));
    const elapsedMs = event.status === 'started' ? sinceMs : event.elapsedMs;
    const time = elapsedMs === null ? '' : formatDuration(elapsedMs);
    const { paint } = session;
    const name = padVisible(paint('bold', event.pe ?? ''), widest(routers.keys()));
    return `  ${mark(event, session)} ${name}  ${event.stage.padEnd(10)} ${time.padStart(9)}  ${event.message}`;
  };
  const redraw = (above: readonly string[]) => {
    const lines = routerLines();
    write([...above, ...lines]);
    drawnLines = lines.length;
  };
  return {
    add(event) {
      if (event.changeId !== changeId && event.pe !== null) {
        // The routers of the change before stay on the screen as they ended.
        drawnLines = 0;
        routers.clear();
        changeId = event.changeId;
      }
      if (event.pe !== null) routers.set(event.pe, event);
      redraw(event.pe === null ? [describe(event, session)] : []);
    },
    tick() {
      if (routers.size > 0) redraw([]);
    },
    end() {
      drawnLines = 0;
    },
  };
}

/** A wrapped line would break the count of lines to erase. Colours are lost where a line is cut. */
function cut(line: string, columns: number): string {
  if (visibleLength(line) < columns) return toOutput(line);
  let kept = '';
  let left = Math.max(1, columns - 2);
  for (const character of toPlain(line)) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

function widest(names: Iterable<string>): number {
  return Math.max(0, ...[...names].map((name) => name.length));
}

function mark(event: Progress, { paint }: CliSession): string {
  if (event.status === 'done') return paint('green', '✓');
  if (event.status === 'failed') return paint('red', '✗');
  return event.status === 'started' ? paint('yellow', '…') : paint('cyan', '·');
}

function describe(event: Progress, session: CliSession): string {
  const who = event.pe === null ? '' : `${event.pe}  `;
  const time = event.elapsedMs === null ? '' : ` (${formatDuration(event.elapsedMs)})`;
  const what = event.stage === 'lifecycle' ? event.message : `${event.stage}: ${event.message}`;
  return `${mark(event, session)} ${who}${what}${time}`;
}
