import { digestOf } from './canonical-json.ts';
import type { PeName } from './names.ts';
import type { Plan } from './plan.ts';

/** PEs whose payload is not the one that the plan was sealed over: missing, more than one, of a router it does not have, or another text. */
export function alteredPayloads(
  { routers }: Pick<Plan, 'routers'>,
  payloads: readonly { readonly pe: PeName; readonly xml: string }[],
): PeName[] {
  const sealed = new Map(routers.map(({ pe, payloadDigest }) => [pe, payloadDigest]));
  const pes = new Set([...sealed.keys(), ...payloads.map(({ pe }) => pe)]);
  return [...pes].filter((pe) => {
    const [first, ...more] = payloads.filter((each) => each.pe === pe);
    const digest = first === undefined ? undefined : digestOf(first.xml);
    return more.length > 0 || digest !== sealed.get(pe);
  });
}
