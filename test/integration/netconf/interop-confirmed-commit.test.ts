import { CONFIRMED_COMMIT_CASES } from './interop/confirmed-commit-cases.ts';
import { testCases } from './interop/test-cases.ts';

testCases(CONFIRMED_COMMIT_CASES);
