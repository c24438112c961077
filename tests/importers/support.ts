import type { Catalog } from "../../src/catalog/index.ts";
import { compileCatalog } from "../../src/compile/index.ts";
import { parseDefinitions } from "../../src/definition/index.ts";
import { type Converted, convert, type ReportEntry } from "../../src/importers/index.ts";

export interface Outcome extends Converted {
  /** The text of a file that was written, or undefined. */
  readonly text: (path: string) => string | undefined;
  readonly paths: readonly string[];
  /** `SEVERITY CODE line object`, one an entry. */
  readonly told: readonly string[];
}

/** Imports one file, or several by path; models that no manifest knows are tables of the schema `shop`. */
export function imported(
  input: string | Readonly<Record<string, string>>,
  tables: Readonly<Record<string, string>> = { "*": "shop.*" },
): Outcome {
  const texts = typeof input === "string" ? { "shop.yml": input } : input;
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const converted = convert(files, tables);
  return {
    ...converted,
    text: (path) => converted.files.find((file) => file.path === path)?.text,
    paths: converted.files.map((file) => file.path),
    told: converted.report.map(inShort),
  };
}

export function inShort({ severity, code, line, object }: ReportEntry): string {
  return `${severity} ${code} ${line} ${object}`;
}

/** The catalog that the written files make; throws where they do not load. */
export function catalogOf({ files }: Converted): Catalog {
  const { definitions, diagnostics } = parseDefinitions(files);
  const compiled = compileCatalog(definitions);
  const errors = [...diagnostics, ...compiled.diagnostics].filter(({ severity }) => severity === "error");
  if (!compiled.catalog || errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return compiled.catalog;
}

/** A sound model in the older spec, for tests to add to: `measures:` comes last. */
export const ORDERS = `
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: { agg_time_dimension: ordered_at }
    entities:
      - { name: order, type: primary, expr: order_id }
      - { name: customer, type: foreign, expr: customer_id }
    dimensions:
      - { name: ordered_at, type: time, type_params: { time_granularity: day } }
      - { name: status, type: categorical }
    measures:
      - { name: amount, agg: sum }
`;

/** The same with a metric, whose further lines start at line 15. */
export const REVENUE = `${ORDERS}metrics:
  - { name: revenue, type: simple, type_params: { measure: amount } }
`;
