import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { OPERATOR, type Principal, readClaims } from "../../src/identity/index.ts";
import type { QueryRequest } from "../../src/request/index.ts";
import { parseRequest } from "../../src/request/index.ts";
import type { Cell, ResultColumn, Row } from "../../src/warehouse/index.ts";

/** A question and SQL written by hand against the raw tables that answers it. */
export interface Case {
  /** The file's name without its ending. */
  readonly name: string;
  readonly why: string;
  /** Who asks: the operator, or whom `as` names by roles and claims; then the SQL has the predicates of their policies. */
  readonly principal: Principal;
  readonly question: QueryRequest;
  /** One statement; its columns are named as the contract names those of the answer, in the same order. */
  readonly sql: string;
  /** Whether the order of rows is part of the answer; then it has to be complete. */
  readonly ordered: boolean;
  /** Whether no row is the right answer; otherwise a case without rows has tested nothing. */
  readonly empty: boolean;
}

/** All cases of a folder, by name. */
export function readCases(dir: string): readonly Case[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => readCase(file.slice(0, -".yaml".length), readFileSync(join(dir, file), "utf8")));
}

function readCase(name: string, text: string): Case {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw new Error(`${name}: ${problem.message}`);
  const content: unknown = document.toJS();
  if (typeof content !== "object" || content === null) throw new Error(`${name}: not a mapping`);
  const {
    why,
    as,
    question,
    sql,
    ordered = false,
    empty = false,
    ...rest
  } = { why: "", as: null, question: null, sql: "", ...content };
  if (typeof why !== "string" || why === "") throw new Error(`${name}: why is missing`);
  if (typeof sql !== "string" || sql === "") throw new Error(`${name}: sql is missing`);
  if (typeof ordered !== "boolean") throw new Error(`${name}: ordered must be true or false`);
  if (typeof empty !== "boolean") throw new Error(`${name}: empty must be true or false`);
  const [unknown] = Object.keys(rest);
  if (unknown) throw new Error(`${name}: unknown key "${unknown}"`);
  const principal = as === null ? OPERATOR : readClaims(JSON.stringify(as));
  return { name, why, principal, question: parseRequest(question), sql, ordered, empty };
}

/**
 * How two answers differ, in words; null when they are the same. Cells are compared as the contract spells them, numbers
 * in JSON (FLOAT) within a relative 1e-9; rows in any order unless `ordered`.
 */
export function firstDifference(actual: readonly Row[], expected: readonly Row[], ordered: boolean): string | null {
  const [left, right] = ordered ? [actual, expected] : [sortRows(actual), sortRows(expected)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [got, wanted] = [left[i], right[i]];
    if (got && wanted && sameRow(got, wanted)) continue;
    return `row ${i}: got ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)} (${left.length} rows, expected ${right.length})`;
  }
  return null;
}

/** The rows with DECIMAL as short as can be: engines keep more or fewer zeros at the end. */
export function plainDecimals({
  columns,
  rows,
}: {
  readonly columns: readonly Pick<ResultColumn, "type">[];
  readonly rows: readonly Row[];
}): readonly Row[] {
  return rows.map((row) =>
    row.map((cell, i) =>
      columns[i]?.type === "DECIMAL" && typeof cell === "string"
        ? cell.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")
        : cell,
    ),
  );
}

function sameRow(a: Row, b: Row): boolean {
  return a.length === b.length && a.every((cell, i) => sameCell(cell, b[i]));
}

function sameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  if (typeof a !== "number" || typeof b !== "number") return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/** Sorts by everything exact first, so that a last digit in a FLOAT seldom decides which rows are compared. */
function sortRows(rows: readonly Row[]): readonly Row[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(row) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

function sortKey(row: Row): string {
  const exact = row.map((cell) => (typeof cell === "number" ? 0 : cell));
  const rounded = row.map((cell) => (typeof cell === "number" ? cell.toPrecision(6) : ""));
  return JSON.stringify([exact, rounded]);
}
