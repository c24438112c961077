/** Hands out column names: the same for the same thing, never one that is taken. Order of asking decides, so plans are deterministic. */
export interface Names {
  /**
   * @param id What the column holds; equal ids get equal names.
   * @param wanted The readable name, used as it is unless taken.
   */
  of(id: string, wanted: string): string;
}

/** @param reserved Names that the query itself uses: keys of its group-bys. */
export function createNames(reserved: Iterable<string>): Names {
  const taken = new Set([...reserved].map((name) => name.toLowerCase()));
  const given = new Map<string, string>();
  return {
    of(id, wanted) {
      const before = given.get(id);
      if (before !== undefined) return before;
      const name = firstFree(shorten(wanted), taken);
      taken.add(name.toLowerCase());
      given.set(id, name);
      return name;
    },
  };
}

/** PostgreSQL cuts names at 63 bytes without a word; room is left for a number. */
const MAX_LENGTH = 58;

function shorten(name: string): string {
  return name.length > MAX_LENGTH ? name.slice(0, MAX_LENGTH) : name;
}

function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted.toLowerCase())) return wanted;
  for (let i = 2; ; i++) {
    const name = `${wanted}_${i}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
