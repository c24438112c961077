import type { Catalog, ColumnExpression, Model } from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import { refsOf, type ScalarType } from "../expression/index.ts";
import type { Examination } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import { columnNamed, type Relation, type Seen, type SeenColumn } from "./relation.ts";

export interface ColumnsReport {
  readonly findings: readonly Finding[];
  /** Columns that the definition reads, and that are there. */
  readonly present: readonly string[];
  /** Columns that are not there, or not what they are declared to be: what reads them needs no further word. */
  readonly broken: ReadonlySet<string>;
}

/** Whether the columns that a definition reads are there, and of the types that it declares. */
export function examineColumns(
  { warehouse }: Pick<Examination, "warehouse">,
  catalog: Catalog,
  relation: Relation,
  seen: Seen,
): ColumnsReport {
  const findings: Finding[] = [];
  const broken = new Set<string>();
  const wanted = relation.kind === "model" ? columnsOf(relation.model, catalog) : columnsOfCalendar(relation);
  for (const { column, type, owner, span } of wanted) {
    if (broken.has(column)) continue;
    const found = columnNamed(seen, column, warehouse.dialect === "postgres");
    const subject = `${relation.name}.${column}`;
    const { table } = seen;
    if (!found) {
      const known = seen.columns.map(({ name }) => name);
      findings.push(finding("column/missing", subject, { owner, column, table, known }, span));
    } else if (type === "time" && !found.types.some((seenType) => TIMES.includes(seenType))) {
      findings.push(finding("column/not-a-time", subject, { column, native: found.native, table }, span));
    } else if (type !== null && type !== "time" && !isOfType(found, type)) {
      const facts = { column, declared: type, native: found.native, table };
      if (found.types.some(isNumber) && isNumber(type)) {
        findings.push(finding("column/other-number", subject, facts, span));
        continue;
      }
      findings.push(finding("column/type-changed", subject, facts, span));
    } else continue;
    broken.add(column);
  }
  const isTyped = relation.kind === "calendar" || relation.model.columns !== null;
  const names = new Set(wanted.map(({ column }) => column));
  if (findings.length === 0 && names.size > 0) {
    findings.push(finding("columns/present", relation.name, { count: names.size, isTyped }, relation.span));
  }
  const present = [...names].filter((name) => columnNamed(seen, name, warehouse.dialect === "postgres"));
  return { findings, present, broken };
}

interface Wanted {
  readonly column: string;
  /** null: not declared. */
  readonly type: ScalarType | "time" | null;
  /** Who reads it, for messages. */
  readonly owner: string;
  readonly span: Span | null;
}

/** What is declared, which is all that may be read; without that, what is read, each by the first that reads it. */
function columnsOf(model: Model, catalog: Catalog): readonly Wanted[] {
  if (model.columns) {
    return [...model.columns.values()].map(({ name, type, span }) => ({
      column: name,
      type,
      owner: `Model "${model.name}"`,
      span: span ?? model.span,
    }));
  }
  return [...readsOf(model, catalog)];
}

function* readsOf(model: Model, catalog: Catalog): Iterable<Wanted> {
  const named = (column: string, owner: string, span: Span | null): Wanted => ({ column, type: null, owner, span });
  for (const column of model.primaryKey) yield named(column, `The primary key of model "${model.name}"`, model.span);
  for (const { name, key, span } of model.entities.values()) {
    for (const column of key.flatMap(refsOf)) yield named(column, `Entity "${name}" of model "${model.name}"`, span);
  }
  for (const { name, value, span } of model.dimensions.values()) {
    for (const column of readBy(value)) yield named(column, `Dimension "${name}" of model "${model.name}"`, span);
  }
  for (const { name, value, span } of model.measures.values()) {
    for (const column of readBy(value)) yield named(column, `Measure "${name}" of model "${model.name}"`, span);
  }
  for (const metric of catalog.metrics.values()) {
    if (metric.type !== "simple" || metric.model !== model.name || metric.measure !== null) continue;
    for (const column of readBy(metric.aggregate.value)) yield named(column, `Metric "${metric.name}"`, metric.span);
  }
  const { freshness } = model;
  if (freshness?.column) yield named(freshness.column, `The freshness of model "${model.name}"`, freshness.span);
}

function readBy(value: ColumnExpression): readonly string[] {
  return value.kind === "expr" ? refsOf(value.expr) : value.columns;
}

function columnsOfCalendar({ calendar, span }: Extract<Relation, { readonly kind: "calendar" }>): readonly Wanted[] {
  const owner = `Calendar "${calendar.name}"`;
  const grains = [...calendar.customGrains.values()].map(({ column }) => column);
  return [calendar.column, ...grains].map((column) => ({ column, type: "time", owner, span }));
}

const TIMES: readonly ScalarType[] = ["date", "timestamp", "timestamptz"];
const NUMBERS: readonly ScalarType[] = ["int", "decimal", "float"];

function isNumber(type: ScalarType): boolean {
  return NUMBERS.includes(type);
}

/** What is none of our types (an enumeration of PostgreSQL, JSON) is text in a result, and may be declared so. */
function isOfType({ types }: SeenColumn, declared: ScalarType): boolean {
  return declared === "unknown" || types.includes(declared) || (declared === "string" && types.includes("unknown"));
}
