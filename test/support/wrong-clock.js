// A host whose clock is off by WASL_TEST_CLOCK_AHEAD milliseconds: loaded before anything else.
const aheadMs = Number(process.env.WASL_TEST_CLOCK_AHEAD ?? 0);
if (aheadMs !== 0) {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) {
      if (given.length === 0) super(Right.now() + aheadMs);
      else super(...given);
    }
    static now() {
      return Right.now() + aheadMs;
    }
  };
}
