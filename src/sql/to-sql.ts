import type { Dialect } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Expr, ScalarType } from "../expression/index.ts";
import { refsOf } from "../expression/index.ts";
import type { Combine, Join, OutputColumn, Physical, PlanNode, Result, Scan } from "../plan/index.ts";
import { columnsOf } from "../plan/index.ts";
import { assertNever, sameData } from "../std/index.ts";
import { renderAggregate } from "./aggregate.ts";
import { bareRanges } from "./bare-times.ts";
import { bigquery } from "./bigquery.ts";
import { renderBundle } from "./bundle.ts";
import type { Sql } from "./compiler.ts";
import { compileStatement, id, lines, sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import { duckdb } from "./duckdb.ts";
import type { Columns } from "./expression.ts";
import { renderExpr } from "./expression.ts";
import { isLeakproof } from "./guard.ts";
import { withEquality } from "./left-join.ts";
import { equalOrBothNull } from "./null-safe.ts";
import { comesAfter, directionOf, sortKey } from "./ordering.ts";
import { postgres } from "./postgres.ts";
import type { Statement } from "./statement.ts";
import { nameOf, reserveColumns, reserveTables } from "./step-names.ts";
import { renderWindow } from "./window.ts";

/**
 * A plan as one SELECT of a dialect: one CTE a step that has to be one, named for what it holds. The same plan gives
 * the same text, byte for byte.
 *
 * @throws Refusal UNSUPPORTED_IN_DIALECT when the engine cannot say it.
 */
export function toSql(plan: PlanNode, dialect: Dialect): Statement {
  const known = dialectOf(dialect);
  return compileStatement(new Writer(known).statement(plan), known.spelling);
}

export function dialectOf(name: Dialect): SqlDialect {
  switch (name) {
    case "duckdb":
      return duckdb;
    case "postgres":
      return postgres;
    case "bigquery":
      return bigquery;
  }
}

/** What stands in a FROM clause, and what its columns are. */
interface Origin extends Columns<string> {
  readonly from: Sql;
  readonly where: readonly Sql[];
}

/** Collects CTEs while it walks a plan; one for each statement. */
class Writer {
  readonly #dialect: SqlDialect;
  readonly #ctes: { readonly name: string; readonly body: Sql }[] = [];
  /** Equal steps share a CTE. */
  readonly #known: { readonly node: PlanNode; readonly name: string }[] = [];
  readonly #taken = new Set<string>();
  /** CTEs of which every row is compared with every row of another. */
  readonly #pairedByRange = new Set<string>();

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  statement(plan: PlanNode): Sql {
    reserveTables(plan, this.#taken);
    reserveColumns(plan, this.#taken);
    const body = this.#statement(plan);
    if (this.#ctes.length === 0) return body;
    const ctes = this.#ctes.map(({ name, body: inner }) => {
      const as = this.#pairedByRange.has(name) ? this.#dialect.asComputedOnce : sql`as`;
      return sql`${id(name)} ${as} (\n${inner}\n)`;
    });
    return sql`with ${sql.join(ctes, sql`,\n`)}\n${body}`;
  }

  #statement(plan: PlanNode): Sql {
    if (plan.kind === "result") return this.#result(plan, "");
    if (plan.kind !== "bundle") return this.#selectAll(plan);
    return renderBundle(plan, (part, place) => this.#part(part, place), this.#unused("bundled"));
  }

  /** A part of a bundle. Only what is cut has to be ordered before all of it is. */
  #part(part: Result, place: string): string {
    const isCut = part.limit !== null || part.offset > 0;
    const body = this.#result(part, "  ", place, isCut);
    const name = this.#free(nameOf(part));
    this.#ctes.push({ name, body });
    return name;
  }

  /** The name of a CTE that holds the step's rows. */
  #cte(node: PlanNode): string {
    const before = this.#known.find((known) => sameData(known.node, node));
    if (before) return before.name;
    const body = this.#select(node);
    const name = this.#free(nameOf(node));
    this.#known.push({ node, name });
    this.#ctes.push({ name, body });
    return name;
  }

  #select(node: PlanNode): Sql {
    switch (node.kind) {
      case "scan":
        return this.#scan(node);
      case "join":
      case "filter":
        return this.#selectAll(node);
      case "project": {
        const origin = this.#origin(node.input);
        const items = node.columns.map(({ name, expr }) => ({
          name,
          value: renderExpr(this.#dialect, expr, origin),
          isColumn: expr.kind === "ref" && expr.ref === name,
        }));
        return select(items, origin);
      }
      case "aggregate": {
        const origin = this.#origin(node.input);
        const isGrouped = node.keys.length > 0;
        const measures = node.measures.map((measure) => ({
          name: measure.name,
          value: renderAggregate(this.#dialect, measure, isGrouped, origin),
        }));
        const keys = node.keys.map((name) => ({ name, value: origin.sql(name), isColumn: true }));
        const groupBy = isGrouped ? sql`\n  group by ${sql.join(keys.map((key) => key.value))}` : sql``;
        return sql`${select([...keys, ...measures], origin)}${groupBy}`;
      }
      case "combine":
        return this.#combine(node);
      case "window": {
        const origin = this.#origin(node.input);
        const all = columnsOf(node.input).map(({ name }) => ({ name, value: origin.sql(name), isColumn: true }));
        return select([...all, { name: node.name, value: renderWindow(this.#dialect, node, origin) }], origin);
      }
      case "result":
        return this.#result(node, "  ");
      case "bundle":
        throw new Error("A bundle is a whole statement.");
      default:
        return assertNever(node);
    }
  }

  #selectAll(node: PlanNode): Sql {
    const origin = this.#origin(node);
    return select(
      columnsOf(node).map(({ name }) => ({ name, value: origin.sql(name), isColumn: true })),
      origin,
    );
  }

  #origin(node: PlanNode): Origin {
    if (node.kind === "filter") {
      const origin = this.#origin(node.input);
      return {
        ...origin,
        where: [...origin.where, ...node.conditions.map((condition) => conjunct(this.#dialect, condition, origin))],
      };
    }
    if (node.kind === "join") return this.#joins(node);
    const name = this.#cte(node);
    return { from: id(name), where: [], sql: own, type: typesOf(columnsOf(node)) };
  }

  /** A chain of joins as one FROM clause. */
  #joins(node: Join): Origin {
    const sources: {
      readonly name: string;
      readonly cte: string;
      readonly columns: ReadonlyMap<string, ScalarType>;
    }[] = [];
    const holder = (name: string) => {
      const source = sources.find((candidate) => candidate.columns.has(name));
      if (!source) throw new Error(`No joined source has column "${name}".`);
      return source;
    };
    const column = (name: string): Sql => id(holder(name).name, name);
    const type = (name: string): ScalarType => holder(name).columns.get(name) ?? "unknown";
    const add = (step: PlanNode): Sql => {
      const name = this.#cte(step);
      const alias = sources.some((source) => source.name === name) ? `${name}_${sources.length + 1}` : name;
      sources.push({
        name: alias,
        cte: name,
        columns: new Map(columnsOf(step).map((output) => [output.name, output.type])),
      });
      return alias === name ? id(name) : sql`${id(name)} as ${id(alias)}`;
    };
    const chain = (given: PlanNode): Sql => {
      if (given.kind !== "join") return add(given);
      const step = this.#dialect.leftJoinNeedsEquality ? withEquality(given) : given;
      const left = chain(step.left);
      const lefts = step.on.map((pair) => column(pair.left));
      const right = add(step.right);
      const rightName = sources.at(-1)?.name ?? "";
      if (step.on.length === 0 && step.condition) for (const { cte } of sources) this.#pairedByRange.add(cte);
      if (step.type === "cross") return sql`${left}\n  cross join ${right}`;
      const on = step.on.map((pair, i) => {
        const [a, b] = [lefts[i] ?? column(pair.left), id(rightName, pair.right)];
        return step.nullsMatch ? equalOrBothNull(this.#dialect, a, b, type(pair.right)) : sql`${a} = ${b}`;
      });
      const more = step.condition ? [conjunct(this.#dialect, step.condition, { sql: column, type })] : [];
      const all = [...on, ...more];
      return sql`${left}\n  ${sql.raw(JOIN_WORDS[step.type])} ${right} on ${all.length > 0 ? sql.join(all, sql` and `) : sql`true`}`;
    };
    return { from: chain(node), where: [], sql: column, type };
  }

  /** The source's own columns, read once; a guard stands behind a fence, where no caller's expression can reach past it. */
  #scan(scan: Scan): Sql {
    const dialect = this.#dialect;
    const alias = scan.source.kind === "table" ? (scan.source.path.at(-1) ?? scan.name) : scan.name;
    const physical: Columns<Physical> = {
      sql: (source) => (source.kind === "column" ? id(alias, source.name) : opaque(dialect, source)),
      type: (source) => typeInSource(scan, source),
    };
    const table =
      scan.source.kind === "table" ? id(...scan.source.path) : sql`(\n${sql.raw(indented(scan.source.text))}\n  )`;
    const from = sql`${table} as ${id(alias)}`;
    const test = (condition: Expr<Physical>) => conjunct(dialect, condition, physical);
    const items = scan.columns.map(({ name, expr }) => ({
      name,
      value: renderExpr(dialect, expr, physical),
      isColumn: expr.kind === "ref" && expr.ref.kind === "column" && expr.ref.name === name,
    }));
    const { guard } = scan;
    const where = dialect.prunesByBareColumns
      ? scan.where.flatMap((condition) => [condition, ...bareRanges(condition, physical.type)])
      : scan.where;
    if (!guard) return select(items, { from, where: where.map(test) });
    const inside = where.filter((condition) => isLeakproof(condition, physical.type));
    const above = where.filter((condition) => !inside.includes(condition)).map(test);
    const fenced = { table: from, alias: id(alias), columns: columnsRead(scan).map((name) => id(alias, name)) };
    const behind = dialect.fenced(fenced, sql.join([test(guard), ...inside.map(test)], sql`\n      and `));
    return select(items, { from: behind.from, where: behind.above(above) });
  }

  /** Stacks the branches and groups them again by the keys: NULL meets NULL on every engine. */
  #combine({ branches, keys }: Combine): Sql {
    if (keys.length === 0) {
      const names = branches.map((branch) => ({ name: this.#cte(branch), branch }));
      const items = names.flatMap(({ name, branch }) =>
        columnsOf(branch).map((column) => ({ name: column.name, value: id(name, column.name), isColumn: true })),
      );
      return select(items, {
        from: sql.join(
          names.map(({ name }) => id(name)),
          sql`\n  cross join `,
        ),
        where: [],
      });
    }
    const values = branches.map((branch) => columnsOf(branch).filter(({ name }) => !keys.includes(name)));
    const names = branches.map((branch) => this.#cte(branch));
    const stacked = names.map((name, i) => {
      const held = new Set(values[i]?.map((column) => column.name));
      const cells = values.flatMap((columns, j) =>
        columns.map((column) =>
          held.has(column.name)
            ? id(column.name)
            : sql`${this.#typedNull(column, names[j] ?? name)} as ${id(column.name)}`,
        ),
      );
      return sql`    select ${sql.join([...keys.map((key) => id(key)), ...cells])}\n    from ${id(name)}`;
    });
    const items = [
      ...keys.map((name) => ({ name, value: id(name), isColumn: true })),
      ...values.flat().map(({ name, type }) => ({ name, value: this.#dialect.onlyValue(id(name), type) })),
    ];
    const from = sql`(\n${sql.join(stacked, sql`\n    union all\n`)}\n  ) as ${id(this.#unused("stacked"))}`;
    return sql`${select(items, { from, where: [] })}\n  group by ${sql.join(keys.map((key) => id(key)))}`;
  }

  /** UNION needs every branch's columns to agree in type; a column of unknown type lends its own. */
  #typedNull({ name, type }: OutputColumn, owner: string): Sql {
    switch (type) {
      case "int":
      case "decimal":
      case "float":
        return sql`cast(null as ${sql.raw(this.#dialect.numberNull)})`;
      case "string":
      case "boolean":
      case "date":
      case "timestamp":
      case "timestamptz":
        return sql`cast(null as ${sql.raw(this.#dialect.typeNames[type])})`;
      case "interval":
      case "unknown":
        return sql`(select ${id(name)} from ${id(owner)} where false)`;
    }
  }

  /** @param place A column for the place of each row in the order; null: none. */
  #result(node: Result, margin: Margin, place: string | null = null, isOrdered = true): Sql {
    const input = node.input.kind === "project" ? node.input.input : node.input;
    const origin = this.#origin(input);
    const computed =
      node.input.kind === "project" ? new Map(node.input.columns.map(({ name, expr }) => [name, expr])) : null;
    const types = new Map(columnsOf(node.input).map((column) => [column.name, column.type]));
    const items = node.columns.map(({ from, name }) => {
      const expr = computed?.get(from);
      const value = expr ? renderExpr(this.#dialect, expr, origin) : origin.sql(from);
      const type = types.get(from) ?? "unknown";
      const key = isSorted(node, name) ? sortKey(this.#dialect, value, type) : value;
      const isColumn = from === name && (!computed || (expr?.kind === "ref" && expr.ref === name)) && key === value;
      return { name, value: key, isColumn, type };
    });
    const item = (name: string) => items.find((candidate) => candidate.name === name);
    const columns: Columns<string> = {
      sql: (name) => item(name)?.value ?? id(name),
      type: (name) => item(name)?.type ?? "unknown",
    };
    const after = node.after ? [comesAfter(this.#dialect, node.orderBy, node.after, columns)] : [];
    const rows = { ...origin, where: [...origin.where, ...after] };
    const sorted = (key: (column: string) => Sql) =>
      node.orderBy.length > 0
        ? sql`order by ${sql.join(node.orderBy.map((sort) => sql`${key(sort.column)} ${directionOf(sort)}`))}`
        : sql``;
    const pad = PADS[margin];
    const order = !isOrdered || node.orderBy.length === 0 ? sql`` : sql`\n${pad}${sorted(id)}`;
    const page = this.#dialect.page(node.limit, node.offset);
    const number = sql`row_number() over (${sorted(columns.sql)})`;
    return sql`${select(place === null ? items : [{ name: place, value: number }, ...items], rows, margin)}${order}${page}`;
  }

  #free(wanted: string): string {
    const name = this.#unused(wanted);
    this.#taken.add(name.toLowerCase());
    return name;
  }

  #unused(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${wanted}_${i}`;
    return name;
  }
}

/** A column of the one source there is. */
function own(name: string): Sql {
  return id(name);
}

function typesOf(columns: readonly OutputColumn[]): (name: string) => ScalarType {
  return (name) => columns.find((column) => column.name === name)?.type ?? "unknown";
}

/** As far as the model tells, or the scan by passing a column on as it is. */
function typeInSource(scan: Scan, source: Physical): ScalarType {
  if (source.kind === "opaque") return source.type;
  const declared = scan.types?.[source.name];
  if (declared) return declared;
  const same = scan.columns.find(
    ({ expr }) => expr.kind === "ref" && expr.ref.kind === "column" && expr.ref.name === source.name,
  );
  return same?.type ?? "unknown";
}

const JOIN_WORDS = { left: "left join", inner: "join", full: "full join" } as const;

interface Item {
  readonly name: string;
  readonly value: Sql;
  /** The value is a column of that very name, so that AS would say nothing. */
  readonly isColumn?: boolean;
}

type Margin = "" | "  ";

/** Made once: fragments are frozen, and making one costs more than a look-up. */
const PADS = { "": sql.raw(""), "  ": sql.raw("  ") } as const;

/** A SELECT without grouping or order; `margin` is two spaces inside a CTE. */
function select(items: readonly Item[], { from, where }: Pick<Origin, "from" | "where">, margin: Margin = "  "): Sql {
  const list = lines(
    items.map(({ name, value, isColumn }) => (isColumn ? value : sql`${value} as ${id(name)}`)),
    margin === "" ? "  " : "    ",
  );
  const pad = PADS[margin];
  const condition = where.length > 0 ? sql`\n${pad}where ${sql.join(where, sql`\n${pad}  and `)}` : sql``;
  return sql`${pad}select\n${pad}  ${items.length > 0 ? list : sql`1 as one`}\n${pad}from ${from}${condition}`;
}

/** The source's columns that a scan reads; an author's own SQL names those that it reads. */
function columnsRead(scan: Scan): readonly string[] {
  const read = [...scan.where, ...scan.columns.map(({ expr }) => expr)].flatMap(refsOf);
  const names = read.flatMap((source) => (source.kind === "column" ? [source.name] : source.columns));
  return [...new Set(names)];
}

/** A condition to stand beside others in an AND. */
function conjunct<R>(dialect: SqlDialect, condition: Expr<R>, columns: Columns<R>): Sql {
  const rendered = renderExpr(dialect, condition, columns);
  return condition.kind === "call" && condition.fn === "or" ? sql`(${rendered})` : rendered;
}

/** The author's SELECT, moved right where no string or comment spans lines: moving those would change what they say. */
function indented(text: string): string {
  const rows = text.trim().split("\n");
  const isPlain = rows.every((row) => (row.match(/'/g) ?? []).length % 2 === 0) && !/\/\*|\$\$|"/.test(text);
  return isPlain ? rows.map((row) => (row === "" ? row : `    ${row}`)).join("\n") : text;
}

function opaque(dialect: SqlDialect, source: Extract<Physical, { kind: "opaque" }>): Sql {
  const text = source.sql[dialect.name];
  if (text === undefined) {
    throw new Refusal(
      "UNSUPPORTED_IN_DIALECT",
      `An expression over ${source.columns.join(", ")} has no SQL for ${dialect.name}; add it under "sql".`,
    );
  }
  return sql`(${sql.raw(text)})`;
}

function isSorted(node: Result, name: string): boolean {
  return node.orderBy.some((sort) => sort.column === name);
}
