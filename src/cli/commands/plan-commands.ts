import { type Command, Option } from 'commander';
import { LANGUAGES, type Language } from '../../domain/plan-phrases.ts';
import { WaslError } from '../../errors.ts';
import { drawMatrix } from '../draw-matrix.ts';
import type { CliSession } from '../session.ts';
import { showPlan, showPlanText } from '../show-plan.ts';
import { digestOfPlan, rememberShown } from '../shown-memory.ts';
import { writeRecord } from '../write-record.ts';
import { writeText } from '../write-text.ts';

export function registerPlanCommands(program: Command, session: CliSession): void {
  const plan = program.command('plan').description('what a change will do');

  plan
    .command('show')
    .description('a plan: what becomes reachable, what each router gets, what was proved')
    .argument('<id>', 'a plan (IC-0001-C1-P1), or an interconnect for its latest one')
    .option('--xml', 'also the XML that is sent to each router')
    .option('--pe <name>', 'of one router only')
    .option('--svg <file>', 'also as a picture: who reaches whom, read from the routers now, and after the plan')
    .option('--record <file>', 'also write what it stood on, for `wasl proof check`')
    .addOption(new Option('--language <language>', 'only what it means, in words').choices(LANGUAGES))
    .addHelpText('after', '\nExamples:\n  wasl plan show IC-0001\n  wasl plan show IC-0001-C1-P1 --xml --pe mct-pe-01')
    .action(
      async (
        id: string,
        options: { xml?: boolean; pe?: string; svg?: string; record?: string; language?: Language },
      ) => {
        const planId = await resolvePlanId(session, id);
        const whole = await session.client.readPlan(planId);
        await rememberShown(session, planId, () => digestOfPlan(whole));
        const isWanted = ({ pe }: { pe: string }) => options.pe === undefined || pe === options.pe;
        const shown = { ...whole, routers: whole.routers.filter(isWanted) };
        if (options.pe !== undefined && shown.routers.length === 0) {
          const remedy = `It touches ${whole.routers.map((router) => router.pe).join(', ')}.`;
          throw new WaslError('ROUTER_UNKNOWN', `${planId} does not touch ${options.pe}`, { path: '--pe', remedy });
        }
        const payloads = options.xml ? (await session.client.readPayloads(planId)).filter(isWanted) : [];
        if (options.svg !== undefined) {
          await writeText(session.io, options.svg, drawMatrix(await session.client.readMatrix(), whole));
        }
        if (options.record !== undefined) {
          await writeRecord(session, await session.client.readPlanRecord(planId), options.record);
        }
        if (session.isJson) return session.printJson(options.xml ? { ...shown, payloads } : shown);
        const { language } = options;
        session.print(language ? showPlanText(whole, language, session.paint) : showPlan(shown, session.paint));
        for (const { pe, xml } of payloads) {
          session.print(['', session.paint('bold', `XML for ${pe}`)]);
          session.printDocument(xml);
        }
      },
    );
}

/** A plan id as it is; of an interconnect its latest plan. Throws PLAN_UNKNOWN when there is none yet. */
export async function resolvePlanId(session: CliSession, id: string): Promise<string> {
  if (!/^IC-\d+$/.test(id)) return id;
  const { changes, awaiting } = await session.client.readInterconnect(id);
  const planId = changes.findLast((change) => change.planId !== null)?.planId;
  if (planId) return planId;
  const remedy = awaiting.length > 0 ? `It waits for: ${awaiting.join(', ')}.` : 'Look again when it is planned.';
  throw new WaslError('PLAN_UNKNOWN', `${id} has no plan yet`, { path: id, remedy });
}
