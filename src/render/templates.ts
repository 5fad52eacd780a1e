import { readdirSync, readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { PlatformName } from '../domain/names.ts';
import { WaslError } from '../errors.ts';

type Template = (view: unknown) => string;

const HELPERS = ['if', 'unless', 'each', 'with'] as const;
/** Beside the code and not in it: what is sent to routers is reviewed, and shipped, as the data that it is. */
const TEMPLATES = new URL('../../templates/', import.meta.url);

const loaded = new Map<PlatformName, Template>();

/**
 * Renders `edit.hbs` of a platform; the other .hbs files of its folder are its partials. Every value is XML-escaped.
 * A field that the view does not have, a helper or a partial that does not exist is RENDER_FAILED, never an empty string.
 */
export function renderTemplate(platform: PlatformName, view: object): string {
  let template = loaded.get(platform);
  if (template === undefined) {
    template = compileTemplates(platform, readTemplates(platform));
    loaded.set(platform, template);
  }
  return template(view);
}

function readTemplates(platform: PlatformName): Map<string, string> {
  const folder = new URL(`${platform}/`, TEMPLATES);
  const files = readdirSync(folder).filter((file) => file.endsWith('.hbs'));
  return new Map(files.map((file) => [file.slice(0, -'.hbs'.length), readFileSync(new URL(file, folder), 'utf8')]));
}

/** One isolated Handlebars environment per platform: no helper or partial leaks from one to another. */
export function compileTemplates(platform: string, sources: ReadonlyMap<string, string>): Template {
  const environment = Handlebars.create();
  for (const name of Object.keys(environment.helpers)) {
    if (!HELPERS.some((helper) => helper === name)) environment.unregisterHelper(name);
  }
  const options = {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { if: true, unless: true, each: true, with: true, log: false, lookup: false },
    preventIndent: true,
  } as const;
  let current = 'edit.hbs';
  const fail = (error: unknown): never => {
    if (error instanceof WaslError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new WaslError('RENDER_FAILED', `templates/${platform}: ${said}`, {
      path: `templates/${platform}/${current}`,
      cause: error,
    });
  };
  const compiled = new Map<string, (view: unknown, runtime: Handlebars.RuntimeOptions) => string>();
  for (const [name, source] of sources) {
    // A partial remembers itself while it runs, so that an error names the file.
    compiled.set(name, environment.compile(source, options));
  }
  const partials: Record<string, (view: unknown, runtime: Handlebars.RuntimeOptions) => string> = {};
  for (const [name, run] of compiled) {
    partials[name] = (view, runtime) => {
      const outer = current;
      current = `${name}.hbs`;
      const text = run(view, { ...runtime, partials: partials as never });
      current = outer;
      return text;
    };
  }
  return (view) => {
    const edit = compiled.get('edit');
    current = 'edit.hbs';
    try {
      if (edit === undefined) throw new Error('edit.hbs is missing');
      return edit(strictView(view), { partials: partials as never });
    } catch (error) {
      return fail(error);
    }
  };
}

/** Handlebars' strict mode lets a missing field pass as an argument of `if`, `each` and `with`; here it throws too. */
function strictView(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictView);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, strictView(field)]));
  const check = (target: object, name: string | symbol): void => {
    if (typeof name === 'symbol' || Object.hasOwn(target, name) || name in Object.prototype) return;
    // Handlebars asks any object whether it is a SafeString or a thenable-like callable; those are not fields of a view.
    if (name === 'toHTML' || name === 'call' || name === 'constructor') return;
    throw new Error(`"${name}" is no field of ${JSON.stringify(Object.keys(target))}`);
  };
  return new Proxy(fields, {
    get: (target, name, receiver) => {
      check(target, name);
      return Reflect.get(target, name, receiver);
    },
    getOwnPropertyDescriptor: (target, name) => {
      check(target, name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}
