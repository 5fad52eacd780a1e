/** The sample of two ministries before and after what they signed, and its proofs by name. */
import type { VrfView } from '../../src/domain/network-view.ts';
import type { Proof, ProofName } from '../../src/domain/plan.ts';
import type { ChangeUnderProof } from '../../src/proof/change-under-proof.ts';
import { proveChange } from '../../src/proof/prove-change.ts';
import { brutePut } from './brute-force.ts';
import { rt, sampleInterconnect, sampleNetwork } from './networks.ts';

export const network = sampleNetwork();
export const subject = sampleInterconnect();
export const provisioned = brutePut(network, [subject]);

export function prove(more: Partial<ChangeUnderProof> = {}) {
  return proveChange({ kind: 'provision', before: network, after: provisioned, subject, others: [], ...more });
}

export function proof(proofs: readonly Proof[], name: ProofName): Proof {
  const found = proofs.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no proof ${name}`);
  return found;
}

export const sentences = (one: Proof) => one.counterExamples.map(({ sentence }) => sentence);

export function withImport(vrf: VrfView, target: string): VrfView {
  const ipv4 = vrf.operator.ipv4;
  if (ipv4 === undefined) throw new Error('the sample has IPv4 everywhere');
  const importRouteTargets = [...ipv4.importRouteTargets, rt(target)];
  return { ...vrf, operator: { ...vrf.operator, ipv4: { ...ipv4, importRouteTargets } } };
}
