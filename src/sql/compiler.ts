import type { IdentifierNode, RawBuilder } from "kysely";
import { PostgresQueryCompiler, sql } from "kysely";
import type { Spelling } from "./dialect.ts";
import { isReserved } from "./keywords.ts";
import type { Statement } from "./statement.ts";

/** A piece of SQL: text with identifiers and bound values, joined by templates and never by hand. */
export type Sql = RawBuilder<unknown>;

/** Identifiers are quoted only where they must be: SQL is for people to review. */
class ReadableCompiler extends PostgresQueryCompiler {
  readonly #spelling: Spelling;
  readonly #fitted = new Map<string, string>();

  constructor(spelling: Spelling) {
    super();
    this.#spelling = spelling;
  }

  protected override visitIdentifier(node: IdentifierNode): void {
    const name = this.#fit(node.name);
    this.append(/^[a-z_][a-z0-9_]*$/.test(name) && !isReserved(name) ? name : this.#spelling.quote(name));
  }

  protected override getCurrentParameterPlaceholder(): string {
    return this.#spelling.placeholder(this.numParameters);
  }

  #fit(name: string): string {
    const known = this.#fitted.get(name);
    if (known !== undefined) return known;
    const fitted = this.#spelling.fit(name, this.#fitted.size + 1);
    if (fitted !== name) this.#fitted.set(name, fitted);
    return fitted;
  }
}

/** SQL text with placeholders. */
export function compileStatement(fragment: Sql, spelling: Spelling): Statement {
  const compiler = new ReadableCompiler(spelling);
  const { sql: text, parameters } = compiler.compileQuery(fragment.toOperationNode(), QUERY_ID);
  return { text, values: parameters.map(asBound) };
}

/** Kysely tells queries apart by id when it logs them; nothing here is logged or run by it. */
const QUERY_ID = { queryId: "assay" };

function asBound(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  throw new Error(`A ${typeof value} cannot be bound to a statement.`);
}

/** A name, or a name within another: `orders_rows.amount`. Made once, since statements repeat them over and over. */
export function id(...names: readonly string[]): Sql {
  const key = names.join("\u0000");
  let known = identifiers.get(key);
  if (!known) {
    known = sql.id(...names);
    if (identifiers.size < MAX_KNOWN) identifiers.set(key, known);
  }
  return known;
}

const identifiers = new Map<string, Sql>();
const MAX_KNOWN = 20_000;

/** Comma-separated, one a line, indented. */
export function lines(items: readonly Sql[], indent: string): Sql {
  return sql.join(items, LINE_BREAKS[indent] ?? sql`, `);
}

const LINE_BREAKS: Readonly<Record<string, Sql>> = { "  ": sql`,\n  `, "    ": sql`,\n    `, "      ": sql`,\n      ` };

export { sql };
