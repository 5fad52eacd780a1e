import { BASE_CASES } from './interop/base-cases.ts';
import { testCases } from './interop/test-cases.ts';

testCases(BASE_CASES);
