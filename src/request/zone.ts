/** UTC is real without a look: the first look reads the zones of the world, which a start need not wait for. */
const known = new Map<string, boolean>([["UTC", true]]);

/** Whether the runtime knows the IANA zone. Offsets are no zones: engines read their signs in different ways. */
export function isRealZone(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isReal = /^[A-Za-z][A-Za-z0-9_+/-]{1,59}$/.test(name) && accepts(name);
  if (known.size < 1_000) known.set(name, isReal);
  return isReal;
}

function accepts(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
