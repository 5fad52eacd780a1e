/**
 * The messages of the workflows. Nobody decides anything by them: a decision is a row of the record, and whoever reaches Temporal's port
 * can only ask a workflow to look at the record again. Imports nothing that runs.
 */
import { defineSignal } from '@temporalio/workflow';
import type { ChangeId, InterconnectId, PeName } from '../../src/domain/names.ts';
import type { ReachQuestion } from '../../src/domain/reach-question.ts';
import type { DeliveryId } from '../../src/domain/webhook.ts';

/** What `readNetwork` reads for people, and for the schedule of audits. */
export type ReadNetworkInput =
  | { readonly read: 'check' | 'running'; readonly pe: PeName }
  | { readonly read: 'matrix' }
  | { readonly read: 'audit' }
  | { readonly read: 'explanation'; readonly questions: readonly ReachQuestion[] };

/** Task queues and workflow ids carry the installation's name: two installations on one Temporal never meet. */
export const taskQueueOf = (installation: string): string => `wasl/${installation}`;
/** What the ids of an installation's workflows begin with, kind by kind. */
export const interconnectWorkflowIds = (installation: string): string => `wasl/${installation}/interconnect/`;
export const interconnectWorkflowId = (installation: string, id: InterconnectId): string =>
  interconnectWorkflowIds(installation) + id;
export const transactionWorkflowIds = (installation: string): string => `wasl/${installation}/change/`;
export const changeWorkflowId = (installation: string, id: ChangeId): string =>
  transactionWorkflowIds(installation) + id;
export const webhookWorkflowId = (installation: string, id: DeliveryId): string => `wasl/${installation}/webhook/${id}`;
/** Of Temporal's Worker Deployment that all workers of an installation are; its versions are releases. */
export const deploymentName = (installation: string): string => `wasl/${installation}`;

export interface RunInterconnectInput {
  /** Of this shape. */
  readonly version: 1;
  readonly installation: string;
  readonly interconnectId: InterconnectId;
}

/** What was queued is in the record, and never in a history. */
export interface DeliverWebhookInput {
  readonly version: 1;
  readonly deliveryId: DeliveryId;
}

/** The record has changed, or may have. */
export const look = defineSignal('look');
/** A change that stood ahead at a router has left. */
export const turnCame = defineSignal('turnCame');
