import type { Filter } from "../catalog/index.ts";
import type { RefusalCode } from "../diagnostics/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Expr, FilterName, ScalarType } from "../expression/index.ts";
import { conjuncts, mapRefs, parseFilter, ref, refsOf, typeOf } from "../expression/index.ts";

/** A condition of the query's `where` with its text, for messages. */
export interface WrittenCondition<R = FilterName> {
  readonly expr: Expr<R>;
  readonly text: string;
  readonly path: readonly string[];
}

export interface LevelledConditions {
  /** On dimensions and entities: every input of every metric, before aggregation. */
  readonly rows: readonly WrittenCondition[];
  /** On queried metrics: rows of the result, over output names. */
  readonly having: readonly WrittenCondition<string>[];
}

/** @throws Refusal INVALID_FILTER or UNGROUPED_METRIC_FILTER with the place in the text. */
export function parseConditions(texts: readonly string[], path: readonly string[]): readonly WrittenCondition[] {
  return texts.map((text, i) => {
    const here = [...path, String(i)];
    const parsed = parseFilter(text);
    if (parsed.ok) return { expr: parsed.value, text, path: here };
    const [problem] = parsed.problems;
    const code = problem?.code === "expression/metric-without-entity" ? "UNGROUPED_METRIC_FILTER" : "INVALID_FILTER";
    const { message = "cannot be read", help = null } = problem ?? {};
    throw invalid(text, problem?.at.start ?? 0, message, help, here, code);
  });
}

/**
 * Sends each condition to its level. Conditions joined by AND at the top go each to their own; an OR across levels is
 * refused, because no level could answer it.
 */
export function splitLevels(conditions: readonly WrittenCondition[], outputs: ReadonlySet<string>): LevelledConditions {
  const rows: WrittenCondition[] = [];
  const having: WrittenCondition<string>[] = [];
  for (const condition of conditions) {
    for (const expr of conjuncts(condition.expr)) {
      const names = refsOf(expr);
      const onMetrics = names.filter((name) => name.kind === "name" && outputs.has(name.text));
      if (onMetrics.length === 0) rows.push({ ...condition, expr });
      else if (onMetrics.length === names.length) {
        const named = mapRefs(expr, (name, at) => ({ ...ref(textOf(name)), ...(at && { at }) }));
        having.push({ ...condition, expr: named });
      } else {
        throw new Refusal(
          "MIXED_FILTER_LEVEL",
          `Filter "${condition.text}" joins a metric and a dimension in one condition, but dimensions are tested before and metrics after aggregation. Write two conditions, or filter by metric('…', '…').`,
          { path: condition.path },
        );
      }
    }
  }
  return { rows, having };
}

/** A metric's own filter as a condition like any other. */
export function ownCondition(filter: Filter): WrittenCondition {
  return { expr: filter.expr, text: filter.text, path: [] };
}

/**
 * Checks that a condition whose names are found is a truth value.
 *
 * @throws Refusal INVALID_FILTER with the place in the text.
 */
export function checkCondition<R>(
  expr: Expr<R>,
  typeOfRef: (ref: R) => ScalarType,
  text: string,
  path: readonly string[],
): void {
  const { type, problems } = typeOf(expr, typeOfRef);
  const [problem] = problems;
  if (problem) throw invalid(text, problem.at.start, problem.message, problem.help, path);
  if (type !== "boolean" && type !== "unknown") {
    throw invalid(text, 0, `is a ${type}, not a condition`, "Compare it with something: … = …", path);
  }
}

function textOf(name: FilterName): string {
  return name.kind === "name" ? name.text : name.metric;
}

function invalid(
  text: string,
  offset: number,
  message: string,
  help: string | null,
  path: readonly string[],
  code: RefusalCode = "INVALID_FILTER",
): Refusal {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new Refusal(code, `Filter "${shown}", at character ${offset + 1}: ${message}${help ? ` (${help})` : ""}`, {
    path,
  });
}
