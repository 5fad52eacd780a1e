/** A loader of modules: what a file of the project imports has the number that its own address has, and so is loaded once for each number. */
const OURS = /\/(?:src|test)\/(?!.*node_modules)/;

export async function resolve(specifier, context, nextResolve) {
  const found = await nextResolve(specifier, context);
  const number = /[?&]anew=(\d+)/.exec(context.parentURL ?? '')?.[1];
  if (number === undefined || !found.url.startsWith('file:') || !OURS.test(found.url)) return found;
  if (found.url.includes('/test/mutation/')) return found;
  return { ...found, url: `${found.url}${found.url.includes('?') ? '&' : '?'}anew=${number}` };
}
