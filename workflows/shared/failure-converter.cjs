/**
 * Messages and stack traces of failures travel as payloads, which are encrypted, and not in clear beside them. CommonJS: Temporal's library
 * requires it by its path, outside of the sandbox and inside.
 */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
