/** Whether two plain values are equal all the way down: objects, arrays, maps, and what `===` compares. A missing key equals an undefined one. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameData(item, b[i]));
  if (Array.isArray(b)) return false;
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && sameData([...a], [...b]);
  for (const key in a) if (!sameData(Reflect.get(a, key), Reflect.get(b, key))) return false;
  for (const key in b) if (!(key in a) && Reflect.get(b, key) !== undefined) return false;
  return true;
}
