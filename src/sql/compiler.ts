import type { IdentifierNode, RawBuilder } from "kysely";
import { PostgresQueryCompiler, sql } from "kysely";
import { isReserved } from "./keywords.ts";
import type { Statement } from "./statement.ts";

/** A piece of SQL: text with identifiers and bound values, joined by templates and never by hand. */
export type Sql = RawBuilder<unknown>;

/** Identifiers are quoted only where they must be: SQL is for people to review. */
class ReadableCompiler extends PostgresQueryCompiler {
  readonly #maxNameLength: number;
  readonly #shortened = new Map<string, string>();

  constructor(maxNameLength: number) {
    super();
    this.#maxNameLength = maxNameLength;
  }

  protected override visitIdentifier(node: IdentifierNode): void {
    const name = node.name.length > this.#maxNameLength ? this.#shorten(node.name) : node.name;
    if (/^[a-z_][a-z0-9_]*$/.test(name) && !isReserved(name)) this.append(name);
    else super.visitIdentifier(name === node.name ? node : { ...node, name });
  }

  /** Engines cut names without a word, and two could become one. No name of ours holds the sign `~`. */
  #shorten(name: string): string {
    const ending = `~${this.#shortened.size + 1}`;
    const short = this.#shortened.get(name) ?? name.slice(0, this.#maxNameLength - ending.length) + ending;
    this.#shortened.set(name, short);
    return short;
  }
}

/** SQL text with `$1 …` placeholders. */
export function compileStatement(fragment: Sql, maxNameLength = Infinity): Statement {
  const compiler = new ReadableCompiler(maxNameLength);
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
