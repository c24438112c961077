import type { Dialect } from "../catalog/index.ts";
import { quote } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import type { FindingSeverity } from "./finding.ts";

export interface Words {
  readonly severity: FindingSeverity;
  readonly message: string;
  readonly help: string | null;
}

/**
 * Every finding there is: the one place where its words stand, grouped by the file that reports it. Errors are what
 * makes answers wrong or impossible.
 */
export const WORDS = {
  // warehouse/…, grant/…: reported by `tables`.

  "warehouse/connected": (p: { name: string }) => ok(`${p.name} answers.`),
  "grant/read-only": (p: { user: string }) => ok(`${quote(p.user)} can read every table and write none.`),
  "grant/can-write": (p: { user: string; tables: readonly string[]; dialect: Dialect }) => ({
    severity: "warning" as const,
    message: `${quote(p.user)} can write to ${someOf(p.tables)}; reading is all that is needed.`,
    help: NO_WRITING[p.dialect](p),
  }),
  /** user null: its name is not known; table null: which of those that its SQL reads is not known. */
  "grant/cannot-read": (p: { user: string | null; table: string | null; dialect: Dialect }) => ({
    severity: "error" as const,
    message: `${p.user === null ? "Our user" : quote(p.user)} may not read ${p.table ?? "what its SQL reads"}.`,
    help:
      p.table === null
        ? "grant our user the right to read every table that the SQL names"
        : READING[p.dialect]({ table: p.table, user: p.user }),
  }),

  // table/…, source/…, column/…: reported by `tables` and `columns`.

  "table/missing": (p: { table: string }) => ({
    severity: "error" as const,
    message: `The warehouse has no table ${p.table}, or hides it from us.`,
    help: "correct table: in the definition, create the table, or grant us the right to see its schema",
  }),
  "source/refused": (p: { reason: string }) => ({
    severity: "error" as const,
    message: `The warehouse refuses the SQL of this definition: ${p.reason}`,
    help: "correct the SQL, or the tables that it reads",
  }),
  "column/missing": (p: { owner: string; column: string; table: string; known: readonly string[] }) => ({
    severity: "error" as const,
    message: `${p.owner} needs the column ${quote(p.column)}, which ${p.table} does not have.`,
    help: didYouMean(p.column, p.known),
  }),
  "column/type-changed": (p: { column: string; declared: string; native: string; table: string }) => ({
    severity: "error" as const,
    message: `The column ${quote(p.column)} is declared ${p.declared}, but is ${p.native} in ${p.table}.`,
    help: "declare the type that it has and read what uses it again, or change the column back",
  }),
  "column/other-number": (p: { column: string; declared: string; native: string; table: string }) => ({
    severity: "warning" as const,
    message: `The column ${quote(p.column)} is declared ${p.declared}, but is ${p.native} in ${p.table}: another kind of number.`,
    help: "declare the type that it has",
  }),
  "column/not-a-time": (p: { column: string; native: string; table: string }) => ({
    severity: "error" as const,
    message: `The calendar's column ${quote(p.column)} is ${p.native} in ${p.table}, not a time.`,
    help: "name a column of type date or timestamp",
  }),
  "columns/present": (p: { count: number; isTyped: boolean }) =>
    ok(`All ${p.count} columns are there${p.isTyped ? ", of the declared types" : ""}.`),

  // key/…, history/…, join/…: reported by `keys`.

  "key/repeated": (p: { key: string; keys: number; rows: number; sample: string }) => ({
    severity: "error" as const,
    message: `${p.key} is not unique: ${counted(p.keys, "value")} ${p.keys === 1 ? "stands" : "stand"} in ${counted(p.rows, "row")}${p.sample}.`,
    help: "joins to these rows would count twice: remove the duplicates, or declare the key that is unique",
  }),
  "key/null": (p: { key: string; rows: number; isPrimary: boolean; sample: string }) => ({
    severity: p.isPrimary ? ("error" as const) : ("warning" as const),
    message: `${p.key} is NULL in ${counted(p.rows, "row")}${p.sample}.`,
    help: p.isPrimary
      ? "a row without its key cannot be told from others: leave such rows out of the table"
      : "nothing joins these rows: give them a key, or leave it if that is meant",
  }),
  "key/unique": (p: { key: string; rows: number; sample: string }) =>
    ok(`${p.key} is unique and never NULL in ${counted(p.rows, "row")}${p.sample}.`),
  "history/overlap": (p: { key: string; rows: number; sample: string }) => ({
    severity: "error" as const,
    message: `${counted(p.rows, "row")} still ${p.rows === 1 ? "holds" : "hold"} when the next of the same ${p.key} starts${p.sample}.`,
    help: "facts would count twice in that time: end each row where the next one starts",
  }),
  "history/inverted": (p: { rows: number; sample: string }) => ({
    severity: "error" as const,
    message: `${counted(p.rows, "row")} ${p.rows === 1 ? "ends" : "end"} before ${p.rows === 1 ? "it starts" : "they start"}${p.sample}.`,
    help: "such a row never holds: put start and end right",
  }),
  "history/sound": (p: { rows: number; sample: string }) =>
    ok(`The periods of ${counted(p.rows, "row")} do not overlap${p.sample}.`),
  "join/orphans": (p: { key: string; partner: string; rows: number; of: number; keys: number; sample: string }) => ({
    severity: "warning" as const,
    message: `${share(p.rows, p.of)} of rows have a ${p.key} that ${p.partner} does not have: ${counted(p.rows, "row")}, ${counted(p.keys, "value")}${p.sample}.`,
    help: `what answers take from ${p.partner} is NULL for these: add the missing rows there, or leave it if that is meant`,
  }),
  "join/no-partner": (p: { key: string; partner: string; of: number; sample: string }) => ({
    severity: "error" as const,
    message: `Not one of ${counted(p.of, "row")} has a ${p.key} that ${p.partner} has${p.sample}.`,
    help: "look whether both keys mean the same thing, and are spelled alike",
  }),
  "join/types-differ": (p: { key: string; kind: string; partner: string; otherKind: string }) => ({
    severity: "error" as const,
    message: `${p.key} is ${p.kind}, and the key of ${p.partner} is ${p.otherKind}: the two cannot be compared.`,
    help: "write one of the keys as an expression: cast(… as string)",
  }),
  "join/complete": (p: { key: string; partner: string; sample: string }) =>
    ok(`Every ${p.key} is in ${p.partner}${p.sample}.`),

  // freshness/…: reported by `freshness`.

  "freshness/stale": (p: { severity: "error" | "warning"; age: string; limit: string; latest: string }) => ({
    severity: p.severity,
    message: `The latest rows are ${p.age} old (${p.latest}); at most ${p.limit} are promised.`,
    help: "look at what loads the table, or promise less",
  }),
  /** isProbed: answers are kept for as long as no change is seen. */
  "freshness/unknown": (p: { column: string | null; isProbed: boolean }) => ({
    severity: "warning" as const,
    message: `${
      p.column === null
        ? "The warehouse does not remember when these rows changed."
        : `No row has a value in ${quote(p.column)}, so nothing says how current the rows are.`
    }${p.isProbed ? " With refresh: probe no answer from them is ever kept." : ""}`,
    help: p.column === null ? "name a column: freshness: { column: updated_at, … }" : "look at what loads the table",
  }),
  "freshness/fresh": (p: { age: string; latest: string }) => ok(`The latest rows are ${p.age} old (${p.latest}).`),

  // check/…: reported by `examine`.

  "check/failed": (p: { what: string; reason: string; isTooMuch: boolean }) => ({
    severity: p.isTooMuch ? ("warning" as const) : ("error" as const),
    message: `It cannot be told whether ${p.what}: ${p.reason}`,
    help: p.isTooMuch ? "try again at a quieter time, or without --full" : null,
  }),
};

function ok(message: string): Words {
  return { severity: "ok", message, help: null };
}

const READING: Readonly<Record<Dialect, (p: { user: string | null; table: string }) => string>> = {
  duckdb: () => "give the process the right to read the file",
  postgres({ user, table }) {
    const role = user === null ? "our user" : postgresName(user);
    return `GRANT USAGE ON SCHEMA ${postgresPath(schemaOf(table))} TO ${role}; GRANT SELECT ON ${postgresPath(table)} TO ${role};`;
  },
  bigquery: ({ user, table }) => `give ${user ?? "our user"} the role roles/bigquery.dataViewer on ${schemaOf(table)}`,
};

const NO_WRITING: Readonly<Record<Dialect, (p: { user: string; tables: readonly string[] }) => string>> = {
  duckdb: () => "open the file read-only",
  postgres: ({ user, tables }) =>
    `give it SELECT only: REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${tables.slice(0, 3).map(postgresPath).join(", ")}${tables.length > 3 ? ", …" : ""} FROM ${postgresName(user)}; or, if it owns them or is a superuser, connect as another`,
  bigquery: ({ user }) => `give ${user} the role roles/bigquery.dataViewer only`,
};

function postgresPath(table: string): string {
  return table.split(".").map(postgresName).join(".");
}

/** To be pasted: in quotes where PostgreSQL would read it otherwise. */
function postgresName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function schemaOf(table: string): string {
  return table.includes(".") ? table.slice(0, table.lastIndexOf(".")) : "public";
}

/** All names where they are few. */
function someOf(tables: readonly string[]): string {
  return tables.length <= 3
    ? tables.join(", ")
    : `${tables.slice(0, 2).join(", ")} and ${tables.length - 2} more tables`;
}

function didYouMean(name: string, known: readonly string[]): string {
  const [close] = nearest(name, known, 1);
  if (close !== undefined) return `did you mean ${quote(close)}?`;
  return known.length > 0 && known.length <= 25 ? `it has ${known.join(", ")}` : "correct the name, or add the column";
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Never rounded to nothing or to all. */
function share(part: number, of: number): string {
  const percent = (100 * part) / of;
  if (percent < 0.1) return "less than 0.1 %";
  return percent > 99.9 ? "more than 99.9 %" : `${percent.toFixed(1)} %`;
}
