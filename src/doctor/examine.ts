import type { Catalog } from "../catalog/index.ts";
import { type Place, probeReading, probeSize } from "../sql/index.ts";
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
  const beginning: Examination = { warehouse, user: null, isFull, manyRows, now, signal, origin: originOfDoctor() };
  onProgress(`asking ${warehouse.name}`);
  await warehouse.ping();
  const findings: Finding[] = [finding("warehouse/connected", "warehouse", { name: warehouse.name }, null)];

  const relations = relationsOf(catalog);
  onProgress(`looking for the tables of ${relations.length} definitions`);
  const tables = await examineTables(beginning, relations);
  const examination: Examination = { ...beginning, user: tables.user };
  findings.push(...tables.findings);

  const askables: Askable[] = [];
  const prepared = await inParallel(relations, AT_ONCE, async (relation) => {
    const seen = tables.seen.get(relation);
    if (!seen) return [];
    const { findings: about, present, broken } = examineColumns(examination, catalog, relation, seen);
    const refused = await checked(examination, relation, "its rows can be read", async () => {
      const place = { ...relation, bound: seen.bound };
      const rows = isFull ? 0 : (seen.rows ?? (await sizeOf(examination, place)));
      const { dialect } = warehouse;
      await warehouse.dryRun(probeReading(dialect, place, present), { origin: examination.origin });
      askables.push({ relation, seen, broken, rows });
      return [];
    });
    return refused.length > 0 ? refused : about;
  });
  findings.push(...prepared.flat());
  askables.sort((a, b) => relations.indexOf(a.relation) - relations.indexOf(b.relation));

  const checks = [...keyChecks(askables, catalog), ...freshnessChecks(askables, catalog)];
  const begun = new Set<string>();
  const answers = await inParallel(checks, AT_ONCE, (check) => {
    const { name } = check.relation;
    if (!begun.has(name)) onProgress(`looking at the rows of ${name} (${begun.add(name).size} of ${askables.length})`);
    return checked(examination, check.relation, check.what, () => check.run(examination));
  });
  return [...new Map([...findings, ...answers.flat()].map((found) => [canonicalJson(found), found])).values()];
}

async function sizeOf(examination: Examination, place: Place): Promise<number> {
  const of = await count(examination, probeSize(examination.warehouse.dialect, place));
  return of("row_count");
}

const MANY_ROWS = 2_000_000;

/** Few enough to leave a warehouse to others. */
const AT_ONCE = 4;
