/** Timestamp authority, CRLs and OCSP are away: nothing opens, and whatever is open can be closed. */
import { it } from 'vitest';
import { proveClosings } from '../../../src/bin/prove-closings.ts';
import { WaslError } from '../../../src/errors.ts';
import { newestProof, readSignedDocument } from '../../../src/signatures/index.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOF } from '../../support/requests.ts';

it('is withdrawn from the request to the routers, and proved when they are there again', async ({ expect }) => {
  let isAway = false;
  await using wasl = await Installation.open({
    askAuthorities: (asked) => async (question) => {
      if (isAway) throw new WaslError('SIGNATURE_SOURCE', `${question.url} does not answer`);
      return asked(question);
    },
  });
  const id = await wasl.provision(MOH_MOF);
  await wasl.untilLifecycle(id, 'active');

  isAway = true;
  await expect(wasl.agree(MOE_MOF)).rejects.toMatchObject({ code: 'SIGNATURE_SOURCE' });
  await wasl.signatory('MOF').withdraw(id, 'the project has ended');
  await wasl.approvePlan(await wasl.untilPlanned(id));
  await wasl.untilLifecycle(id, 'withdrawn');
  expect(await endState(wasl, id)).toMatchObject({
    lifecycle: 'withdrawn',
    outcome: 'applied',
    changed: [],
    leftOver: [],
  });
  const facts = async (action: string) =>
    (await wasl.store.listLedgerOf([id as never])).filter((each) => each.action === action);
  const approved = (await facts('approval.recorded')).at(-1)?.body;
  expect(approved).toMatchObject({ subject: 'plan', unproven: expect.stringMatching(/does not answer/) });
  const [before] = await wasl.store.listUnproven();
  expect(newestProof(readSignedDocument(before?.signed ?? ''))).toBeNull();

  const log = () => undefined;
  expect(await proveClosings(wasl.store, wasl.signatures, log)).toEqual({ proven: 0, refuted: 0, left: 1 });
  isAway = false;
  expect(await proveClosings(wasl.store, wasl.signatures, log)).toEqual({ proven: 1, refuted: 0, left: 0 });
  expect(await wasl.store.listUnproven()).toEqual([]);
  expect((await facts('signature.proven')).map(({ body }) => body)).toEqual([
    { of: 'plan', signature: approved?.signature },
  ]);
  const kept = (await wasl.store.listSignedDecisions(id as never)).find(
    ({ decidedAt }) => decidedAt === before?.decidedAt,
  );
  expect(newestProof(readSignedDocument(kept?.signed ?? ''))).not.toBeNull();
});
