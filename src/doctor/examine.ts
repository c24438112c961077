import type { Catalog } from "../catalog/index.ts";
import { probeSize } from "../sql/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { Warehouse } from "../warehouse/index.ts";
import { examineColumns } from "./columns.ts";
import { checked, count, type Examination, originOfDoctor } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import { freshnessChecks } from "./freshness.ts";
import { inParallel } from "./in-parallel.ts";
import { type Askable, keyChecks } from "./keys.ts";
import { relationsOf } from "./relation.ts";
import { examineTables } from "./tables.ts";

export interface ExamineOptions {
  /** Look at every row of large tables too. */
  readonly isFull?: boolean;
  /** Tables with more rows are large. Default 2,000,000. */
  readonly manyRows?: number;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  readonly signal?: AbortSignal;
  /** What is looked at next, in a few words. */
  readonly onProgress?: (message: string) => void;
}

/**
 * Compares what the definitions say with what the warehouse holds: tables, grants, columns, keys, joins, freshness. One
 * finding a cause: nothing more is asked of what is missing or forbidden.
 *
 * @returns in the order of the catalog; what is as it should be is a finding too
 * @throws WarehouseError "unavailable" when the warehouse cannot be reached, "aborted" by the signal
 */
export async function examine(
  catalog: Catalog,
  warehouse: Warehouse,
  options: ExamineOptions,
): Promise<readonly Finding[]> {
  const { isFull = false, manyRows = MANY_ROWS, now, signal = null, onProgress = () => {} } = options;
  const examination: Examination = { warehouse, isFull, manyRows, now, signal, origin: originOfDoctor() };
  onProgress(`asking ${warehouse.name}`);
  await warehouse.ping();
  const findings: Finding[] = [finding("warehouse/connected", "warehouse", { name: warehouse.name }, null)];

  const relations = relationsOf(catalog);
  onProgress(`looking for the tables of ${relations.length} definitions`);
  const tables = await examineTables(examination, relations);
  findings.push(...tables.findings);

  const askables: Askable[] = [];
  for (const [relation, seen] of tables.seen) {
    const columns = examineColumns(examination, catalog, relation, seen);
    findings.push(...columns.findings);
    const size = isFull ? 0 : seen.rows;
    if (size !== null) askables.push({ relation, seen, broken: columns.broken, rows: size });
    else {
      const counting = checked(examination, relation, "it is large", async () => {
        const of = await count(examination, probeSize(warehouse.dialect, relation));
        askables.push({ relation, seen, broken: columns.broken, rows: of("row_count") });
        return [];
      });
      findings.push(...(await counting));
    }
  }

  const checks = [...keyChecks(askables, catalog), ...freshnessChecks(askables)];
  const begun = new Set<string>();
  const answers = await inParallel(checks, AT_ONCE, (check) => {
    const { name } = check.relation;
    if (!begun.has(name)) onProgress(`looking at the rows of ${name} (${begun.add(name).size} of ${askables.length})`);
    return checked(examination, check.relation, check.what, () => check.run(examination));
  });
  return [...new Map([...findings, ...answers.flat()].map((found) => [canonicalJson(found), found])).values()];
}

const MANY_ROWS = 2_000_000;

/** Few enough to leave a warehouse to others. */
const AT_ONCE = 4;
