/** `npm run interop:signatures`: asks the second validator, shows both verdicts, and keeps its opinions for the table. */
import { VECTORS } from '../vectors.ts';
import { askSecondValidator } from './second-validator.ts';
import { disagreement, recordOpinions } from './table.ts';

const opinions = await askSecondValidator();
const width = Math.max(...VECTORS.map(({ name }) => name.length));
for (const { name, verdict, subIndication } of VECTORS) {
  const own = `${verdict} ${subIndication ?? ''}`.padEnd(44);
  process.stdout.write(`${name.padEnd(width)}  ${own} ${(opinions.get(name) ?? []).join(', ')}\n`);
}
await recordOpinions(opinions);
const against = VECTORS.flatMap((vector) => disagreement(vector, opinions.get(vector.name) ?? []) ?? []);
process.stdout.write(against.length === 0 ? '\nNo disagreement.\n' : `\nDISAGREEMENT\n${against.join('\n')}\n`);
process.exitCode = against.length === 0 ? 0 : 1;
