import { type Command, InvalidArgumentError } from 'commander';
import type { InterconnectSummary } from '../../api/wire.ts';
import { WaslError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliSession } from '../session.ts';
import { lastTried, showInterconnect, showNextSteps, showRefusal } from '../show-interconnect.ts';
import { exitCodeOfState, tellWhatStops, watchStatus } from '../watch-status.ts';
import { paintStanding } from '../wording.ts';

export function registerStatusCommands(program: Command, session: CliSession): void {
  program
    .command('status')
    .description(
      'where an interconnect stands; without an id: whether wasl works, and the next step of each that stands',
    )
    .argument('[id]', 'for example IC-0001')
    .option('-w, --watch', 'live progress per router, until wasl has nothing more to do')
    .option('--follow', 'with --watch: go on while people decide')
    .option('--all', 'without an id: those that have ended, too')
    .option('--timeout <seconds>', 'with --watch: give up after this long', parseSeconds)
    .addHelpText(
      'after',
      `
With --watch the exit code says how it ended: 0 applied or waiting for a person's decision, 2 refused or
rolled back, 4 needs a person to look at routers.

Examples:
  wasl status IC-0001
  wasl status IC-0001 --watch --timeout 300`,
    )
    .action(
      async (
        id: string | undefined,
        options: { watch?: boolean; follow?: boolean; timeout?: number; all?: boolean },
      ) => {
        if (id === undefined && options.watch) {
          const remedy = 'Name one, as in wasl status IC-0001 --watch; of all of them: wasl status.';
          throw new WaslError('INPUT_INVALID', 'one interconnect is watched at a time', { path: '--watch', remedy });
        }
        if (id === undefined) return showAll(session, options.all === true);
        if (!options.watch) {
          const interconnect = await session.client.readInterconnect(id);
          if (session.isJson) return session.printJson(interconnect);
          session.print(showInterconnect(interconnect, session.paint));
          return tellWhatStops(session, interconnect);
        }
        const timeoutMs = options.timeout === undefined ? null : options.timeout * 1_000;
        const end = await watchStatus(session, id, { follow: options.follow === true, timeoutMs });
        session.exitCode = exitCodeOfState(end);
        if (session.isJson) return session.printJsonLine(end);
        session.print(showEnd(end, session));
      },
    );
}

/** As many as the server gives at once. */
const PAGE = 200;

/** What does not work, then every interconnect that stands, with what happens next and by whom; with `all` those that ended, too. */
async function showAll(session: CliSession, all: boolean): Promise<void> {
  const { client, paint } = session;
  const [ready, interconnects] = await Promise.all([client.readReady(), listAll(session, all)]);
  session.exitCode = ready.status === 'unavailable' ? EXIT.transient : EXIT.ok;
  if (session.isJson) return session.printJson({ ready, interconnects });
  const mark = ready.status === 'ready' ? paint('green', '✓') : paint('red', '✗');
  session.print([
    `${mark} wasl is ${ready.status}`,
    ...ready.says.map((sentence) => `  ${sentence}`),
    '',
    ...(interconnects.length === 0
      ? ['no interconnect stands, and none is asked for']
      : showNextSteps(interconnects, paint)),
  ]);
}

async function listAll({ client }: CliSession, all: boolean): Promise<InterconnectSummary[]> {
  const found: InterconnectSummary[] = [];
  for (;;) {
    const page = await client.listInterconnects({
      limit: PAGE,
      next: 'true',
      before: found.at(-1)?.id,
      unfinished: all ? undefined : 'true',
    });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

/** How the watch ended: the state, what became of the last try, and whose move it is. */
function showEnd(end: Awaited<ReturnType<typeof watchStatus>>, { paint }: CliSession): string[] {
  const reason = end.reason === null ? '' : `: ${end.reason}`;
  const tried = lastTried(end.changes);
  const refusal = tried?.refusal ?? null;
  return [
    `${end.id} is ${paintStanding(end.standing, paint)}${reason}`,
    ...(tried === undefined || tried.outcome === 'applied' || refusal === null
      ? []
      : [`  ${tried.id} was ${tried.outcome ?? 'not planned'}:`, ...showRefusal(refusal, paint)]),
    `  ${paint('yellow', 'next:')} ${end.next}`,
  ];
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InvalidArgumentError('Write a number of seconds.');
  return seconds;
}
