declare module 'istanbul-lib-instrument' {
  /** The part of its interface that is used here. */
  export function createInstrumenter(options: {
    readonly esModules: boolean;
    readonly compact: boolean;
    readonly coverageVariable: string;
  }): { instrumentSync(code: string, filename: string): string };
}
