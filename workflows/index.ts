/** The workflow bundle: what the worker registers. */
export { applyChange } from './apply-change.ts';
export { deliverWebhook } from './deliver-webhook.ts';
export { readNetwork } from './read-network.ts';
export { recoverTransaction } from './recover-transaction.ts';
export { runInterconnect } from './run-interconnect.ts';
