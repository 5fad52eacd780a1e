/** `1 router`, `4 routers`: no sentence of ours counts otherwise. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
