import { type Digest, digestOf } from '../domain/canonical-json.ts';
import type { PeName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { digestPlan } from './digest.ts';

export const digestPayload = (xml: string): Digest => digestOf(xml);

/** The plan with the digest of each payload, and its own digest over them: what is approved is what is pushed. */
export function sealPayloads(plan: Plan, payloads: readonly { readonly pe: PeName; readonly xml: string }[]): Plan {
  const digests = new Map(payloads.map(({ pe, xml }) => [pe, digestPayload(xml)]));
  const routers = plan.routers.map((router) => {
    const payloadDigest = digests.get(router.pe);
    return payloadDigest === undefined ? router : { ...router, payloadDigest };
  });
  const sealed = { ...plan, routers };
  return { ...sealed, digest: digestPlan(sealed) };
}
