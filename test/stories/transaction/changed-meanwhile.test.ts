/** Of the routers that a change does not touch nobody holds a lock: what somebody does to one while it is applied is seen before it is confirmed. */
import { describe, it } from 'vitest';
import type { PlatformName } from '../../../src/domain/names.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { importOnIosxr, junos, PEEK } from '../../support/hand-edits.ts';
import { Installation } from '../../support/installation.ts';
import { MOH_MOF_LEARNT } from '../../support/requests.ts';
import { withThird } from '../../support/third-ministry.ts';

/** What a person types at a third ministry's router: it takes what MOH is about to give MOF; or nothing that matters. */
const EDITS: readonly (readonly [string, PlatformName, string, boolean])[] = [
  ['its VRF imports the new route target', 'iosxr-um2', importOnIosxr('MOI', '65000:50000'), true],
  ['its VRF imports the new route target by a policy', 'junos-yang', PEEK, true],
  [
    'a community that nothing uses',
    'junos-yang',
    junos('<community><name>X</name><members>target:65000:7</members></community>'),
    false,
  ],
];

describe.concurrent('a router of a third ministry is edited by hand between commit and confirm', () => {
  it.for(EDITS)('%s (%s)', async ([, platform, edit, joins], { expect }) => {
    await using wasl = await Installation.open({
      inventory: (demo) => ({ ...withThird(platform), backbone: demo.backbone }),
    });
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const slow = wasl.backbone.router('sll-pe-01').faults.set({ kind: 'slow', ms: 150 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'commit', 3);
    wasl.backbone.router('ibr-pe-01').editRunning(edit);
    wasl.backbone.router('sll-pe-01').faults.clear(slow);
    await wasl.untilTried(id);
    const [first] = await wasl.store.listChanges(id as never);
    expect(first).toMatchObject(
      joins
        ? { outcome: 'rolled-back', reason: expect.stringMatching(/not as it was planned for.*MOI/) }
        : { outcome: 'applied' },
    );
    expect((await endState(wasl, id)).leftOver).toEqual([]);
    expect(wasl.learnt().sort()).toEqual(joins ? [] : MOH_MOF_LEARNT);
  });
});
