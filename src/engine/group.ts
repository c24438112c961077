import type { Catalog } from "../catalog/index.ts";
import { inputsOf, type PlanNode, type Scan } from "../plan/index.ts";
import { canonicalJson } from "../std/index.ts";

/**
 * Those that read a source in common stand together, also through others: what a reads with b, and b with c. Calendars do
 * not count, which nearly everything reads. In order of the first of each group.
 */
export function groupBySources<T extends { readonly plan: PlanNode }>(
  catalog: Catalog,
  questions: readonly T[],
): readonly (readonly [T, ...T[]])[] {
  const calendars = new Set(catalog.calendars.map(({ source }) => canonicalJson(source)));
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
  const scans: Scan[] = [];
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "scan") scans.push(node);
    inputsOf(node).forEach(visit);
  };
  visit(plan);
  return scans.map(({ source }) => canonicalJson(source));
}
