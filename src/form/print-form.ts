/** The printed form as PDF/A-3b, with the evidence that it shows attached. The compiler is an optional package: loaded when a form is printed. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WaslError } from '../errors.ts';
import type { Form } from './compose-form.ts';

const FONTS = ['NotoSans-Regular', 'NotoSans-Bold', 'NotoNaskhArabic-Regular', 'NotoNaskhArabic-Bold'];
const SECOND_MS = 1_000;

/** The same evidence gives the same bytes. Throws PRINTING_UNAVAILABLE where the compiler is not installed. */
export async function printForm(form: Form, evidence: string): Promise<Buffer> {
  const { NodeCompiler } = await loadCompiler();
  const own = (name: string) => readFile(new URL(name, import.meta.url));
  const fontBlobs = await Promise.all(FONTS.map((name) => own(`fonts/${name}.ttf`)));
  const compiler = NodeCompiler.create({
    workspace: fileURLToPath(new URL('.', import.meta.url)),
    fontArgs: [{ fontBlobs }],
  });
  const inputs = { form: JSON.stringify(dataOf(form)), evidence };
  const source = (await own('form.typ')).toString('utf8');
  const compiled = compiler.compile({ mainFileContent: source, inputs });
  const document = compiled.result;
  if (document === null) {
    const faults = JSON.stringify(compiled.takeError()?.shortDiagnostics ?? []).slice(0, 500);
    throw new WaslError('INTERNAL', `the form was not laid out: ${faults}`);
  }
  const creationTimestamp = Math.floor(form.madeAt.getTime() / SECOND_MS);
  return compiler.pdf(document, { pdfStandard: 'a-3b', creationTimestamp });
}

function dataOf({ pages, madeAt }: Form) {
  const [first] = pages;
  return {
    title: first?.title ?? '',
    attachment: 'The evidence that these pages show: the file that counts',
    madeAt: {
      ...{ year: madeAt.getUTCFullYear(), month: madeAt.getUTCMonth() + 1, day: madeAt.getUTCDate() },
      ...{ hour: madeAt.getUTCHours(), minute: madeAt.getUTCMinutes(), second: madeAt.getUTCSeconds() },
    },
    pages,
  };
}

async function loadCompiler() {
  try {
    return await import('@myriaddreamin/typst-ts-node-compiler');
  } catch (cause) {
    throw new WaslError('PRINTING_UNAVAILABLE', 'the compiler of the printed form is not installed', { cause });
  }
}
