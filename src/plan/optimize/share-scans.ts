import { ref } from "../../expression/index.ts";
import { sameData } from "../../std/index.ts";
import type { Column, Physical, PlanNode, Project, Scan } from "../node.ts";
import { inputsOf } from "../node.ts";
import { rewrite, withEqualStepsOnce } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

/**
 * Reads a source once for all that need the same rows of it, whichever columns they need.
 *
 *   bundle                            bundle
 *     aggregate by region: revenue      aggregate by region: revenue
 *       scan orders: region, amount       compute region, amount
 *     aggregate: revenue          =>        scan orders: region, amount     one step,
 *       scan orders: amount             aggregate: revenue                  written once
 *                                         compute amount
 *                                           scan orders: region, amount
 *
 * Scans under another guard, minimum or condition stay apart, and so do those of a single answer: PostgreSQL keeps the
 * rows of what is read twice, which of a million rows takes as long as another scan of the table that it has in memory.
 */
export const shareScans: Rule = {
  name: "share-scans",
  apply(plan) {
    if (plan.kind !== "bundle") return plan;
    const once = withEqualStepsOnce(plan);
    const groups = sharingScans(once);
    if (groups.length === 0) return once;
    const shared = new Map<PlanNode, PlanNode>(groups.flatMap((scans) => [...throughOne(scans)]));
    return rewrite(once, (node) => (node.kind === "scan" ? (shared.get(node) ?? node) : node));
  },
};

/** Different scans of the same rows. */
function sharingScans(plan: PlanNode): readonly (readonly Scan[])[] {
  const groups: Scan[][] = [];
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    inputsOf(node).forEach(visit);
    if (node.kind !== "scan") return;
    const group = groups.find(([first]) => first && readsSameRows(first, node));
    if (group) group.push(node);
    else groups.push([node]);
  };
  visit(plan);
  return groups.filter((scans) => scans.length > 1);
}

function readsSameRows(a: Scan, b: Scan): boolean {
  const { columns: _, name: _name, ...aRest } = a;
  const { columns: __, name: __name, ...bRest } = b;
  return sameData(aRest, bRest);
}

/** What each of the scans becomes: some columns of one scan that has those of all. */
function throughOne(scans: readonly Scan[]): ReadonlyMap<Scan, Project> {
  const columns: Column<Physical>[] = [];
  const chosen = scans.map((scan) => scan.columns.map((column) => nameIn(columns, column)));
  const [first] = scans;
  if (!first) return new Map();
  const input: Scan = { ...first, columns };
  return new Map(
    scans.map((scan, i) => [
      scan,
      {
        kind: "project",
        input,
        columns: scan.columns.map(({ name, type }, j) => ({ name, expr: ref(chosen[i]?.[j] ?? name), type })),
      },
    ]),
  );
}

/** The name of the value among the columns, where it is added unless it is there. */
function nameIn(columns: Column<Physical>[], column: Column<Physical>): string {
  const known = columns.find(({ expr, type }) => type === column.type && sameData(expr, column.expr));
  if (known) return known.name;
  let name = column.name;
  for (let i = 2; columns.some((other) => other.name.toLowerCase() === name.toLowerCase()); i++) {
    name = `${column.name}_${i}`;
  }
  columns.push({ ...column, name });
  return name;
}
