import { DefaultLogger, Runtime } from '@temporalio/worker';

/** A worker's coming and going is no test result. Import it before the first worker of the file. */
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  shutdownSignals: [],
});
