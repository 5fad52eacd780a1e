/** One entry of the registry (`error-codes.ts`). */
export type ErrorClass = 'transient' | 'permanent' | 'unknown';

export interface ErrorEntry {
  readonly class: ErrorClass;
  readonly httpStatus: number;
  readonly title: string;
  readonly remedy: string;
}

export const permanent = (httpStatus: number, title: string, remedy: string): ErrorEntry => ({
  class: 'permanent',
  httpStatus,
  title,
  remedy,
});
export const transient = (httpStatus: number, title: string, remedy: string): ErrorEntry => ({
  class: 'transient',
  httpStatus,
  title,
  remedy,
});
export const unknown = (httpStatus: number, title: string, remedy: string): ErrorEntry => ({
  class: 'unknown',
  httpStatus,
  title,
  remedy,
});
