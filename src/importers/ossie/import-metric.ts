import type { YamlMap } from "../../definition/index.ts";
import {
  type Expr,
  mapRefs,
  parseSql,
  print,
  printName,
  ref,
  refsOf,
  type SqlName,
  type SqlTerm,
} from "../../expression/index.ts";
import { freeName } from "../metricflow/normalise.ts";
import { fingerprintOf, splitExtensions } from "./block.ts";
import { isMap, without } from "./data.ts";
import type { OssieMetric, Place } from "./document.ts";
import { chosenText, type Scope } from "./draft.ts";
import { type Read, readAggregate, readOpaqueMetric, type Unread } from "./import-aggregate.ts";
import { settledName, tellLeftOut } from "./import-model.ts";

/** A metric of ours, and where it comes from. */
export interface MetricDraft {
  readonly name: string;
  readonly data: YamlMap;
  readonly place: Place;
}

interface Naming {
  /** Names of all metrics so far, those that are made on the way included. */
  readonly taken: Set<string>;
  /** Our name of each metric of the semantic model, by its own in lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** Metrics that are one aggregate and nothing else, by what they aggregate. */
  readonly byAggregate: ReadonlyMap<string, string>;
}

/** The metrics of a semantic model, with the private ones that their expressions call for. */
export function readMetrics(metrics: readonly OssieMetric[], scope: Scope, taken: Set<string>): readonly MetricDraft[] {
  const named = metrics.map((metric) => ({ metric, name: settledName(metric, "metric", taken, scope.tell) }));
  const names = new Map(named.map(({ metric, name }) => [metric.name.toLowerCase(), name]));
  const byAggregate = new Map<string, string>();
  for (const { metric, name } of named) {
    const parsed = parseSql(chosenText(metric.texts, scope.dialect)?.text ?? "");
    const isOurs = splitExtensions(metric.extensions, metric.place, () => {}).block !== null;
    if (parsed.ok && !isOurs && parsed.value.kind === "ref" && parsed.value.ref.kind === "aggregate") {
      byAggregate.set(keyOf(parsed.value), name);
    }
  }
  return named.flatMap(({ metric, name }) => readMetric(metric, name, scope, { taken, names, byAggregate }));
}

function readMetric(metric: OssieMetric, name: string, scope: Scope, naming: Naming): readonly MetricDraft[] {
  const { place } = metric;
  const { block, foreign } = splitExtensions(metric.extensions, place, scope.tell);
  const ours = block && isMap(block["metric"]) ? block["metric"] : null;
  const ossie: YamlMap = {
    datatype: metric.datatype ?? undefined,
    ai_context: metric.aiContext ?? undefined,
    custom_extensions:
      foreign.length > 0 ? foreign.map(({ vendor, data }) => ({ vendor_name: vendor, data })) : undefined,
  };
  const about = (data: YamlMap): MetricDraft => ({ name, data: finished(name, data, metric, ossie), place });
  if (ours && block?.["expression"] === fingerprintOf(metric.texts)) return [about(ours)];
  if (ours) scope.tell("BLOCK_OUTDATED", place, "Its expression was changed since our export; the new one is taken.");
  const read = readExpression(metric, name, scope, naming);
  if (!read) return [];
  const governance = ours ? Object.fromEntries(GOVERNANCE.map((key) => [key, ours[key]])) : {};
  return [about({ ...governance, ...read.data }), ...read.made];
}

/** What an expression does not say. A certificate does not outlive a change of it. */
const GOVERNANCE = [
  "label",
  "owner",
  "unit",
  "format",
  "tier",
  "tags",
  "lifecycle",
  "exposure",
  "replaced_by",
  "sunset",
  "grain",
];

function finished(name: string, data: YamlMap, { description }: OssieMetric, ossie: YamlMap): YamlMap {
  const { label, extensions, ...rest } = without(data, "metric", "description");
  const hasOssie = Object.values(ossie).some((value) => value !== undefined);
  const others = isMap(extensions) ? extensions : {};
  const all = { ...others, ...(hasOssie && { ossie }) };
  return {
    metric: name,
    label,
    description: description ?? undefined,
    ...rest,
    extensions: Object.keys(all).length > 0 ? all : undefined,
  };
}

interface Made {
  readonly data: YamlMap;
  /** Private metrics that the data names as inputs. */
  readonly made: readonly MetricDraft[];
}

function readExpression(metric: OssieMetric, name: string, scope: Scope, naming: Naming): Made | null {
  const { place, texts } = metric;
  const path = `${place.path}.expression`;
  const chosen = chosenText(texts, scope.dialect);
  if (!chosen) {
    const found = texts.map(({ dialect }) => dialect).join(", ");
    scope.tell("NO_DIALECT", place, `There is neither ${scope.dialect} nor ANSI_SQL, only ${found} (${path}).`);
    return null;
  }
  tellLeftOut(metric, scope.dialect, scope.tell);
  const fail = ({ code, message }: Unread): null => {
    scope.tell(code, place, `${message}. In: ${chosen.text} (${path})`, { severity: "error" });
    return null;
  };
  const parsed = parseSql(chosen.text);
  if (parsed.ok) {
    const built = build(parsed.value, name, metric, scope, naming);
    return "code" in built ? fail(built) : built;
  }
  const [problem] = parsed.problems;
  const opaque = readOpaqueMetric(chosen.text, metric, scope);
  if (!opaque)
    return fail({
      code: "UNSUPPORTED_EXPRESSION",
      message: (problem?.message ?? "It cannot be read").replace(/\.$/, ""),
    });
  if (!opaque.ok) return fail(opaque.unread);
  scope.tell("UNSUPPORTED_EXPRESSION", place, `Our language lacks this; it is kept as the SQL it is: ${chosen.text}`, {
    severity: "warning",
    written: "the SQL as it is",
  });
  return { data: opaque.data, made: [] };
}

type Built = Made | Unread;

function build(expr: Expr<SqlTerm>, name: string, metric: OssieMetric, scope: Scope, naming: Naming): Built {
  if (expr.kind === "ref" && expr.ref.kind === "aggregate") return madeOf(readAggregate(expr.ref.aggregate, scope));
  if (refsOf(expr).length === 0)
    return { code: "UNSUPPORTED_EXPRESSION", message: "It is a constant, with nothing to put together" };
  const made: MetricDraft[] = [];
  const input = (part: Expr<SqlTerm>, role: string): string | Unread => {
    const known = knownMetric(part, naming);
    if (known !== null) return known;
    const wanted = `${name.slice(0, 45)}_${role}`;
    const own = freeName(wanted, naming.taken);
    const built = build(part, own, metric, scope, naming);
    if ("code" in built) return built;
    naming.taken.add(own);
    const description = `Part of ${name}: ${role.replace("_", " ")}.`;
    made.push(
      { name: own, data: { metric: own, description, private: true, ...built.data }, place: metric.place },
      ...built.made,
    );
    return own;
  };
  const sides = sidesOf(expr);
  if (sides) {
    const numerator = input(sides.numerator, "numerator");
    if (typeof numerator !== "string") return numerator;
    const denominator = input(sides.denominator, "denominator");
    if (typeof denominator !== "string") return denominator;
    return { data: { numerator, denominator }, made };
  }
  return buildDerived(expr, input, made, naming);
}

function buildDerived(
  expr: Expr<SqlTerm>,
  input: (part: Expr<SqlTerm>, role: string) => string | Unread,
  made: readonly MetricDraft[],
  { names }: Naming,
): Built {
  const inputs = new Map<string, string>();
  let unread: Unread | null = null;
  const own = mapRefs(expr, (term): Expr<string> => {
    const part = ref(term);
    const key = keyOf(part);
    const known = inputs.get(key);
    if (known !== undefined) return ref(known);
    const isMetric = term.kind === "aggregate" || (term.table === null && names.has(term.name.toLowerCase()));
    const found = isMetric ? input(part, `part_${inputs.size + 1}`) : noMetric(term);
    if (typeof found !== "string") {
      unread ??= found;
      return ref("");
    }
    inputs.set(key, found);
    return ref(found);
  });
  return unread ?? { data: { expr: print(own, printName) }, made };
}

function noMetric({ table, name }: SqlName): Unread {
  const written = table === null ? name : `${table}.${name}`;
  return { code: "UNKNOWN_REFERENCE", message: `"${written}" is no metric, and no aggregate stands around it` };
}

function madeOf(read: Read): Built {
  return read.ok ? { data: read.data, made: [] } : read.unread;
}

/** `(a)/(b)`, with a cast and NULLIF against division by zero, which a ratio has anyway; null for anything else. */
function sidesOf(
  expr: Expr<SqlTerm>,
): { readonly numerator: Expr<SqlTerm>; readonly denominator: Expr<SqlTerm> } | null {
  if (expr.kind !== "call" || expr.fn !== "/") return null;
  const [above, below] = expr.args.map(withoutCast);
  if (!above || !below) return null;
  const [inner, zero] = below.kind === "call" && below.fn === "nullif" ? below.args : [];
  const isGuard = zero?.kind === "literal" && Number(zero.value) === 0 && zero.value !== null;
  const sides = { numerator: above, denominator: inner && isGuard ? withoutCast(inner) : below };
  const isOfMetrics = [sides.numerator, sides.denominator].every((side) => refsOf(side).length > 0);
  return isOfMetrics ? sides : null;
}

function withoutCast(expr: Expr<SqlTerm>): Expr<SqlTerm> {
  return expr.kind === "cast" && !expr.isTry && (expr.to === "float" || expr.to === "decimal") ? expr.arg : expr;
}

/** The metric that a part of an expression is already: named, or made of the same aggregate. */
function knownMetric(part: Expr<SqlTerm>, { names, byAggregate }: Naming): string | null {
  if (part.kind !== "ref") return null;
  if (part.ref.kind === "aggregate") return byAggregate.get(keyOf(part)) ?? null;
  return part.ref.table === null ? (names.get(part.ref.name.toLowerCase()) ?? null) : null;
}

/** Equal for equal meanings. */
function keyOf(expr: Expr<SqlTerm>): string {
  const name = ({ table, name: own }: SqlName) =>
    `${table === null ? "" : `${printName(table.toLowerCase())}.`}${printName(own.toLowerCase())}`;
  return print(expr, (term) => {
    if (term.kind === "name") return name(term);
    const { aggregation, percentile, expr: inner } = term.aggregate;
    return `${aggregation}(${print(inner, name)}, ${percentile?.kind}, ${percentile?.fraction})`;
  });
}
