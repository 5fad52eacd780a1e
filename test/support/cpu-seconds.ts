/** What this process has computed so far. A test measures its work by this: a machine has other work, and may stand still in between. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
