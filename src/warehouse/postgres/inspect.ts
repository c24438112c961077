import type { ScalarType, StandardGrain } from "../../expression/index.ts";
import type { Statement } from "../../sql/index.ts";
import {
  type Cell,
  type Estimate,
  type Permissions,
  type Row,
  type TableDescription,
  type TablePath,
  WarehouseError,
} from "../warehouse.ts";
import { TYPES } from "./types.ts";

/** Runs one statement and answers with its columns and all of its rows. */
export type Ask = (
  statement: Statement,
) => Promise<{ readonly columns: Estimate["columns"]; readonly rows: readonly Row[] }>;

/** The plan is made, not run. @throws WarehouseError */
export async function dryRun({ text, values }: Statement, ask: Ask): Promise<Estimate> {
  const [[plan] = []] = (await ask({ text: `EXPLAIN (FORMAT JSON) ${text}`, values })).rows;
  // The executor does not start what a limit of no rows would throw away.
  const { columns } = await ask({ text: `SELECT * FROM (${text}\n) AS statement LIMIT 0`, values });
  return { columns, bytesProcessed: null, rows: rowsOf(plan) };
}

/** @param plan `[{"Plan": {"Plan Rows": 12, …}}]` */
function rowsOf(plan: Cell | undefined): number | null {
  const parsed: unknown = JSON.parse(String(plan));
  const first: unknown = Array.isArray(parsed) ? parsed[0] : null;
  const node = fieldOf(first, "Plan");
  const rows = fieldOf(node, "Plan Rows");
  return typeof rows === "number" ? rows : null;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : null;
}

export function describe(tables: readonly TablePath[], ask: Ask): Promise<readonly (TableDescription | null)[]> {
  return Promise.all(tables.map((path) => describeTable(path, ask)));
}

async function describeTable(path: TablePath, ask: Ask): Promise<TableDescription | null> {
  const [table] = (await ask(lookup(path, TABLE))).rows;
  if (table === undefined) return null;
  const [id, kind, rows, strategy, key, bounds] = table;
  const columns = (await ask({ text: COLUMNS, values: [String(id)] })).rows;
  return {
    path,
    kind: kind === "v" ? "view" : "table",
    columns: columns.map(([name, nativeType, typeId, isNullable]) => ({
      name: String(name),
      nativeType: String(nativeType),
      type: scalarType(Number(typeId)),
      isNullable: isNullable === true,
    })),
    // A key that is an expression names no column that one could filter by.
    partition:
      typeof key === "string"
        ? { column: key, grain: strategy === "r" ? grainOf(String(bounds)) : null, isFilterRequired: false }
        : null,
    rows: rows === null ? null : Math.round(Number(rows)),
  };
}

function scalarType(typeId: number): ScalarType {
  return TYPES.get(typeId) ?? "unknown";
}

/** Every table of a name: with its schema, or the one that the search path finds. */
function lookup(path: TablePath, select: string): Statement {
  const [name = "", schema = null, database = null] = path.toReversed();
  return {
    text: `${select} WHERE c.relname = $1::text AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = $2::text END
      AND ($3::text IS NULL OR $3::text = current_database()) AND ${path.length <= 3}`,
    values: [name, schema, database],
  };
}

/** Statistics count the rows of each part, and of the whole only after an ANALYZE by hand. -1: never counted. */
const TABLE = `SELECT c.oid, c.relkind::text,
    CASE WHEN c.relkind = 'p' THEN parts.rows WHEN c.relkind = 'v' OR c.reltuples < 0 THEN NULL ELSE c.reltuples END,
    p.partstrat::text, key.attname::text, parts.bounds
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
  LEFT JOIN pg_attribute key ON key.attrelid = c.oid AND key.attnum = p.partattrs[0]
  LEFT JOIN LATERAL (
    SELECT sum(part.reltuples) FILTER (WHERE part.relkind <> 'p' AND part.reltuples >= 0) AS rows,
      string_agg(pg_get_expr(part.relpartbound, part.oid), E'\\n')
        FILTER (WHERE tree.parentrelid = c.oid) AS bounds
    FROM pg_partition_tree(c.oid) AS tree JOIN pg_class part ON part.oid = tree.relid
  ) parts ON c.relkind = 'p'`;

/** A domain counts as the type below it, as it does in results. */
const COLUMNS = `SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), base.oid,
    NOT a.attnotnull AND NOT t.typnotnull
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  CROSS JOIN LATERAL (
    WITH RECURSIVE below AS (
      SELECT t.oid, t.typtype, t.typbasetype
      UNION ALL
      SELECT b.oid, b.typtype, b.typbasetype FROM below JOIN pg_type b ON b.oid = below.typbasetype
      WHERE below.typtype = 'd'
    ) SELECT oid FROM below WHERE typtype <> 'd'
  ) base
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/**
 * The grain that all parts of a table have in common.
 *
 * @param bounds One a line: `FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')`, or `DEFAULT`.
 */
function grainOf(bounds: string): StandardGrain | null {
  const grains = new Set<StandardGrain | null>();
  for (const bound of bounds.split("\n")) {
    const [, from, to] = /FROM \('([^']+)'[^)]*\) TO \('([^']+)'/.exec(bound) ?? [];
    if (from !== undefined && to !== undefined) grains.add(grainBetween(instantOf(from), instantOf(to)));
  }
  const [grain = null] = grains;
  return grains.size === 1 ? grain : null;
}

/** The session is in UTC: a time that names no zone means it too. */
function instantOf(text: string): Date {
  const [date = "", time = "00:00:00"] = text.replace(/\+00$/, "").split(" ");
  return new Date(`${date}T${time}Z`);
}

function grainBetween(from: Date, to: Date): StandardGrain | null {
  const hours = (to.getTime() - from.getTime()) / 3_600_000;
  const months = 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth();
  const isFirst = [from, to].every((day) => day.getUTCDate() === 1 && day.getTime() % 86_400_000 === 0);
  if (hours === 1) return "hour";
  if (hours === 24) return "day";
  if (hours === 7 * 24) return "week";
  if (!isFirst) return null;
  return months === 1 ? "month" : months === 3 ? "quarter" : months === 12 ? "year" : null;
}

/** @throws WarehouseError "missing" for a table that does not exist. */
export function permissions(tables: readonly TablePath[], ask: Ask): Promise<readonly Permissions[]> {
  return Promise.all(
    tables.map(async (path) => {
      const [row] = (await ask(lookup(path, RIGHTS))).rows;
      if (row === undefined) throw new WarehouseError("missing", `There is no table ${path.join(".")}.`);
      const [user, canRead, canWrite] = row;
      return { user: String(user), canRead: canRead === true, canWrite: canWrite === true };
    }),
  );
}

/** A superuser has all of them. */
const RIGHTS = `SELECT current_user::text,
    has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
    has_any_column_privilege(c.oid, 'INSERT, UPDATE') OR has_table_privilege(c.oid, 'DELETE, TRUNCATE')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`;

/** PostgreSQL itself remembers of no table when it last changed. */
export async function freshness(table: TablePath, column: string | null, ask: Ask): Promise<string | null> {
  if (column === null) return null;
  const { columns, rows } = await ask({
    text: `SELECT max(${quoted(column)}) FROM ${table.map(quoted).join(".")}`,
    values: [],
  });
  const latest = rows[0]?.[0] ?? null;
  if (latest === null) return null;
  const type = columns[0]?.type;
  if (type === "DATE") return `${latest}T00:00:00Z`;
  if (type === "TIMESTAMP") return `${latest}`.replace(/Z?$/, "Z");
  throw new WarehouseError("statement", `Column "${column}" holds no times.`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
