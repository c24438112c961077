import type { Catalog } from "../catalog/index.ts";
import type { PlanNode } from "../plan/index.ts";
import { scansIn, sourceKey } from "./cache-rule.ts";

/**
 * Those that read a source in common stand together, also through others: what a reads with b, and b with c. Calendars do
 * not count, which nearly everything reads. In order of the first of each group.
 */
export function groupBySources<T extends { readonly plan: PlanNode }>(
  catalog: Catalog,
  questions: readonly T[],
): readonly (readonly [T, ...T[]])[] {
  const calendars = new Set(catalog.calendars.map(({ source }) => sourceKey(source)));
  const groups: Group<T>[] = [];
  for (const question of questions) {
    const sources = sourcesOf(question.plan).filter((source) => !calendars.has(source));
    const touched = groups.filter((group) => sources.some((source) => group.sources.has(source)));
    const [first, ...others] = touched;
    const group = first ?? { sources: new Set<string>(), members: [] };
    if (!first) groups.push(group);
    for (const other of others) groups.splice(groups.indexOf(other), 1);
    for (const source of [...sources, ...others.flatMap((other) => [...other.sources])]) group.sources.add(source);
    group.members.push(...others.flatMap(({ members }) => members), question);
  }
  return groups.flatMap(({ members: [first, ...others] }) => (first ? [[first, ...others] as const] : []));
}

interface Group<T> {
  readonly sources: Set<string>;
  readonly members: T[];
}

function sourcesOf(plan: PlanNode): readonly string[] {
  return scansIn(plan).map(({ source }) => sourceKey(source));
}
