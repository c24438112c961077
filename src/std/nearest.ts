import { compareText } from "./compare-text.ts";

/**
 * The known names closest to a misspelt one, best first: at most `limit`, none further than a third of the
 * name's length (at least 2 edits), so that a wild guess is never offered.
 */
export function nearest(name: string, known: Iterable<string>, limit = 3): readonly string[] {
  const reach = Math.max(2, Math.floor(name.length / 3));
  const lowered = name.toLowerCase();
  return [...known]
    .map((candidate) => ({ candidate, distance: rank(lowered, candidate.toLowerCase(), reach) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance || compareText(a.candidate, b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Edits between the two; a name that contains the other (from 4 letters) is just within reach. */
function rank(name: string, candidate: string, reach: number): number {
  const isPart = Math.min(name.length, candidate.length) >= 4 && (candidate.includes(name) || name.includes(candidate));
  const distance = Math.abs(name.length - candidate.length) > reach ? Infinity : editDistance(name, candidate);
  return isPart ? Math.min(reach, distance) : distance;
}

/** Optimal string alignment distance: insert, delete, replace, swap of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
