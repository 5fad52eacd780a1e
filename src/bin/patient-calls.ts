import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Parameters<Interceptor>[1]>;
type Listener = Parameters<Call['start']>[1];

/** A call that is tried again waits no longer than this: whoever stops waits as long. */
const DELAY_MAX_MS = 1_000;

/** gRPC's status of a call that its caller no longer wants. */
const CANCELLED = 1;

export interface PatientCalls {
  readonly interceptors: NonNullable<ConnectionOptions['interceptors']>;
  /** To be called before the connection is closed: the library would begin a call anew on it, which throws where nobody catches. */
  end(): void;
}

/** Calls to Temporal are tried again while it is away, as its library does, but not beyond the end of their connection. */
export function patientCalls(): PatientCalls {
  const usual = defaultGrpcRetryOptions();
  let ended = false;
  const retry = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ended && usual.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => Math.min(DELAY_MAX_MS, usual.delayFunction(attempt, status)),
  });
  return {
    interceptors: [(options, nextCall) => retry(options, (each) => (ended ? callThatFails() : nextCall(each)))],
    end() {
      ended = true;
    },
  };
}

/** What a call is on a connection that has ended: it reaches nobody, and says so to whoever awaits it. */
function callThatFails(): Call {
  return {
    start(metadata: Parameters<Call['start']>[0], listener: Listener) {
      listener?.onReceiveStatus?.({ code: CANCELLED, details: 'The connection to Temporal has ended.', metadata });
    },
    sendMessage() {},
    halfClose() {},
    cancelWithStatus() {},
    getPeer: () => '',
    getAuthContext: () => null,
  } as unknown as Call;
}
