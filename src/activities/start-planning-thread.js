// What a planning thread starts with. The sources are TypeScript, and a thread does not inherit the loader of its process.
import { register } from 'tsx/esm/api';

register();
await import('./run-planning-jobs.ts');
