/** `npm run lab:demo`: an agreement on the real routers of `npm run lab`. */
import { labDemo } from './commands/lab-demo.ts';

process.exitCode = await labDemo();
