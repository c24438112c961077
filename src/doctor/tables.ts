import type { Dialect } from "../catalog/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { probeColumns } from "../sql/index.ts";
import {
  type CellType,
  type DescribedColumn,
  type Permissions,
  type TableDescription,
  type TablePath,
  WarehouseError,
} from "../warehouse/index.ts";
import { type Examination, isTooMuch, reasonOf } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import type { Relation, Seen } from "./relation.ts";

export interface TablesReport {
  /** Whom the engine says that we are, where it told our rights on a table. */
  readonly user: string | null;
  readonly findings: readonly Finding[];
  /** Without what is not there or may not be read: there is nothing more to ask of it. */
  readonly seen: ReadonlyMap<Relation, Seen>;
}

/**
 * Whether every table is there and may be read, and none may be written; and whether the warehouse takes the authors'
 * SQL. What several definitions read is told of once.
 *
 * @throws WarehouseError
 */
export async function examineTables(examination: Examination, relations: readonly Relation[]): Promise<TablesReport> {
  const { warehouse, signal } = examination;
  const { dialect } = warehouse;
  const findings: Finding[] = [];
  const seen = new Map<Relation, Seen>();

  const tables = tablesOf(relations);
  const options = signal ? { signal } : {};
  const described = await warehouse.describe(
    tables.map(({ path }) => path),
    options,
  );
  const grants = await permissionsOn(examination, described);
  for (const [i, { table, readers }] of tables.entries()) {
    const [first] = readers;
    const name = first?.name ?? table;
    const description = described[i] ?? null;
    const grant = grants[i] ?? null;
    if (description === null) {
      findings.push(finding("table/missing", name, { table }, first?.span ?? null));
    } else if (grant?.canRead === false) {
      findings.push(finding("grant/cannot-read", name, { user: grant.user, table, dialect }, first?.span ?? null));
    } else {
      const columns = columnsOf(description).map(({ name, type, nativeType }) => ({
        name,
        types: [type],
        native: nativeType,
      }));
      const bound = boundOf(description);
      for (const reader of readers) seen.set(reader, { table, columns, rows: description.rows, bound });
    }
  }
  findings.unshift(
    ...aboutWriting(
      dialect,
      tables.map(({ table }, i) => ({ table, grant: grants[i] ?? null })),
    ),
  );
  for (const relation of relations.filter(({ source }) => source.kind === "sql")) {
    const answer = await examineSql(examination, relation);
    if ("columns" in answer) seen.set(relation, answer);
    else findings.push(answer);
  }
  return { user: grants.find((grant) => grant !== null)?.user ?? null, findings, seen };
}

interface Table {
  readonly table: string;
  readonly path: TablePath;
  readonly readers: readonly Relation[];
}

function tablesOf(relations: readonly Relation[]): readonly Table[] {
  const tables = new Map<string, { path: TablePath; readers: Relation[] }>();
  for (const relation of relations) {
    if (relation.source.kind !== "table") continue;
    const { path } = relation.source;
    const known = tables.get(path.join("."));
    if (known) known.readers.push(relation);
    else tables.set(path.join("."), { path, readers: [relation] });
  }
  return [...tables].map(([table, found]) => ({ table, ...found }));
}

/** With the one that is not listed: when BigQuery loaded a row, by which it may cut a table apart. */
function columnsOf({ columns, partition }: TableDescription): readonly Omit<DescribedColumn, "isNullable">[] {
  if (!partition || columns.some(({ name }) => name === partition.column)) return columns;
  return [...columns, { name: partition.column, type: "timestamptz", nativeType: "TIMESTAMP" }];
}

function boundOf({ partition, columns }: TableDescription): Seen["bound"] {
  if (!partition?.isFilterRequired) return null;
  const type = columns.find(({ name }) => name === partition.column)?.type;
  return { column: partition.column, isTime: type !== "int" };
}

/** One entry a table; null for those that are not there. */
async function permissionsOn(
  { warehouse }: Examination,
  described: readonly ({ readonly path: TablePath } | null)[],
): Promise<readonly (Permissions | null)[]> {
  const present = described.filter((description) => description !== null);
  const grants = (await warehouse.permissions(present.map(({ path }) => path))).values();
  return described.map((description) => description && (grants.next().value ?? null));
}

/** One finding for all tables: it is one role that has too many rights. Nothing where the engine cannot tell. */
function aboutWriting(
  dialect: Dialect,
  tables: readonly { readonly table: string; readonly grant: Permissions | null }[],
): readonly Finding[] {
  const granted = tables.filter(({ grant }) => grant !== null);
  const user = granted[0]?.grant?.user;
  if (user === undefined) return [];
  const writable = granted.filter(({ grant }) => grant?.canWrite === true).map(({ table }) => table);
  if (writable.length > 0) return [finding("grant/can-write", user, { user, tables: writable, dialect }, null)];
  const isSound =
    granted.length === tables.length && granted.every(({ grant }) => grant?.canRead && grant.canWrite === false);
  return isSound ? [finding("grant/read-only", user, { user }, null)] : [];
}

/** @throws WarehouseError when the warehouse cannot be reached any more, or the signal aborts */
async function examineSql({ warehouse, origin, signal }: Examination, relation: Relation): Promise<Seen | Finding> {
  const { name, span } = relation;
  try {
    const statement = probeColumns(warehouse.dialect, relation);
    const { columns, rows } = await warehouse.dryRun(statement, { origin, ...(signal && { signal }) });
    const seen = columns.map((column) => ({ name: column.name, types: TYPES_OF[column.type], native: column.type }));
    return { table: "its SQL", columns: seen, rows, bound: null };
  } catch (thrown) {
    if (!(thrown instanceof WarehouseError) || thrown.kind === "unavailable" || thrown.kind === "aborted") throw thrown;
    const reason = reasonOf(thrown);
    if (isTooMuch(thrown)) {
      return finding("check/failed", name, { what: "its rows can be read", reason, isTooMuch: true }, span);
    }
    if (thrown.kind !== "denied") return finding("source/refused", name, { reason }, span);
    return finding("grant/cannot-read", name, { user: null, table: null, dialect: warehouse.dialect }, span);
  }
}

/** A result does not tell whether its times have a zone; what is none of our types is text. */
const TYPES_OF: Readonly<Record<CellType, readonly ScalarType[]>> = {
  STRING: ["string", "unknown"],
  INT: ["int"],
  DECIMAL: ["decimal"],
  FLOAT: ["float"],
  BOOLEAN: ["boolean"],
  DATE: ["date"],
  TIMESTAMP: ["timestamp", "timestamptz"],
};
