/** `npm run demo`: the same as `wasl demo`. */
import { demo } from './commands/demo.ts';

process.exitCode = await demo({ keep: process.argv.includes('--keep') });
