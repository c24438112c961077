import type { YamlMap } from "../../definition/index.ts";
import {
  type AggregateOf,
  allOf,
  conjuncts,
  type Expr,
  mapRefs,
  print,
  printFilterName,
  printName,
  readOpaqueSql,
  ref,
  refsOf,
  type ScalarType,
  type SqlName,
} from "../../expression/index.ts";
import type { OssieMetric } from "./document.ts";
import { enginesOf, type FieldDraft, type ModelDraft, type Scope, TYPE_OF } from "./draft.ts";
import { columnsOf, respelled, writeValue } from "./import-model.ts";
import { waysTo } from "./paths.ts";
import type { Code } from "./telling.ts";

/** Why an aggregate cannot be carried over. */
export interface Unread {
  readonly code: Code;
  readonly message: string;
}

/** The keys of a simple metric: `model`, `measure`, `filter`. */
export type Read = { readonly ok: true; readonly data: YamlMap } | { readonly ok: false; readonly unread: Unread };

/**
 * One aggregate of one dataset. The condition of a CASE without ELSE becomes the metric's filter as far as dimensions
 * say it; what only columns say stays in the CASE, which counts the same rows.
 */
export function readAggregate(aggregate: AggregateOf<SqlName>, scope: Scope): Read {
  const { value, condition } = splitCase(aggregate.expr);
  const base = baseOf(value, condition, scope);
  if ("code" in base) return { ok: false, unread: base };
  const opaque = opaqueField(value, base);
  const kept: Expr<SqlName>[] = [];
  const filters: string[] = [];
  for (const part of condition ? conjuncts(condition) : []) {
    const filter = opaque || refsOf(part).length > 0 ? filterOf(part, base, scope) : null;
    if (filter && "message" in filter) return { ok: false, unread: filter };
    if (filter) filters.push(filter.text);
    else kept.push(part);
  }
  const rest = allOf(kept);
  const filter = filters.length > 1 ? filters : filters[0];
  if (opaque) {
    const data = { model: base.name, measure: { agg: aggregate.aggregation, ...writeValue(opaque, "") }, filter };
    return rest ? no("UNSUPPORTED_EXPRESSION", "A condition on SQL that our language lacks") : { ok: true, data };
  }
  const inner: Expr<SqlName> = rest ? { kind: "case", branches: [{ when: rest, value }], otherwise: null } : value;
  const expr = ownColumns(inner, base);
  if ("code" in expr) return { ok: false, unread: expr };
  return { ok: true, data: { model: base.name, measure: writeMeasure(aggregate, expr), filter } };
}

function splitCase(expr: Expr<SqlName>): { readonly value: Expr<SqlName>; readonly condition: Expr<SqlName> | null } {
  const [branch, second] = expr.kind === "case" && !expr.otherwise ? expr.branches : [];
  return branch && !second ? { value: branch.value, condition: branch.when } : { value: expr, condition: null };
}

/** The dataset whose rows are put together: that of the value; of a count of rows, that of its condition, or the only one. */
function baseOf(value: Expr<SqlName>, condition: Expr<SqlName> | null, scope: Scope): ModelDraft | Unread {
  for (const names of [refsOf(value), condition ? refsOf(condition) : []]) {
    const found = new Set<ModelDraft>();
    for (const name of names) {
      const model = modelOf(name, scope);
      if ("code" in model) return model;
      found.add(model);
    }
    const [only, second] = found;
    if (second) {
      const names = [...found].map((model) => model.dataset.name).join(" and ");
      return {
        code: "UNSUPPORTED_EXPRESSION",
        message: `One aggregate over rows of ${names} is more than a measure of one model`,
      };
    }
    if (only) return only;
  }
  const [only, second] = scope.models.values();
  if (only && !second) return only;
  return { code: "UNKNOWN_REFERENCE", message: "It does not say which dataset it counts; write COUNT(dataset.field)" };
}

/** The dataset of a name: the one before its dot, else the only one there is, or the only one with such a field. */
function modelOf({ table, name }: SqlName, { models }: Scope): ModelDraft | Unread {
  if (table !== null) {
    return models.get(table.toLowerCase()) ?? { code: "UNKNOWN_REFERENCE", message: `There is no dataset "${table}"` };
  }
  const all = [...models.values()];
  const having = all.filter(({ fields }) => fields.has(name.toLowerCase()));
  const [only, second] = all.length === 1 ? all : having;
  if (only && !second) return only;
  return {
    code: "UNKNOWN_REFERENCE",
    message: `It does not say which dataset "${name}" belongs to; write dataset.${name}`,
  };
}

function fieldOf({ name }: SqlName, { fields }: ModelDraft): FieldDraft | undefined {
  return fields.get(name.toLowerCase());
}

function opaqueField(value: Expr<SqlName>, base: ModelDraft) {
  const found = value.kind === "ref" ? fieldOf(value.ref, base)?.value : null;
  return found?.kind === "opaque" ? found : null;
}

/** The same over columns of the model, its fields spelled out. */
function ownColumns(expr: Expr<SqlName>, base: ModelDraft): Expr<string> | Unread {
  let unread: Unread | null = null;
  const own = mapRefs(expr, (name): Expr<string> => {
    const field = fieldOf(name, base);
    if (!field) return ref(name.name);
    if (field.value?.kind === "expr") return field.value.expr;
    const message = `It reads the field "${field.field.name}", which is not carried over as an expression`;
    unread = { code: "UNSUPPORTED_EXPRESSION", message };
    return ref(name.name);
  });
  return unread ?? own;
}

/** One condition in the filter language; null where it stays in the CASE. */
function filterOf(condition: Expr<SqlName>, base: ModelDraft, scope: Scope): { readonly text: string } | Unread | null {
  const models = refsOf(condition).map((name) => modelOf(name, scope));
  const unread = models.find((model) => "code" in model);
  if (unread) return unread;
  const isOwn = models.every((model) => model === base);
  const names = new Map<SqlName, string>();
  for (const name of refsOf(condition)) {
    const item = itemOf(name, base, scope);
    if ("code" in item) return isOwn ? null : item;
    names.set(name, item.text);
  }
  const spelled = mapRefs(condition, (name) => ref({ kind: "name", text: names.get(name) ?? "" } as const));
  return { text: print(spelled, printFilterName) };
}

function itemOf(name: SqlName, base: ModelDraft, scope: Scope): { readonly text: string } | Unread {
  const model = modelOf(name, scope);
  if ("code" in model) return model;
  const field = fieldOf(name, model);
  const asked = `${model.dataset.name}.${name.name}`;
  if (!field?.dimension || !field.isFilterable) {
    return { code: "UNSUPPORTED_FILTER", message: `Rows can be chosen by dimensions only, which ${asked} is not` };
  }
  if (model === base) {
    return { text: base.entities.has(field.name) ? `${base.primaryEntity}__${field.name}` : field.name };
  }
  const [way, second] = waysTo(base, model, scope);
  if (!way)
    return { code: "UNKNOWN_REFERENCE", message: `No relationship leads from ${base.dataset.name} to ${asked}` };
  if (second)
    return { code: "AMBIGUOUS_PATH", message: `Several relationships lead from ${base.dataset.name} to ${asked}` };
  return { text: [...way, field.name].join("__") };
}

function writeMeasure({ aggregation, percentile }: AggregateOf<SqlName>, expr: Expr<string>): YamlMap | string {
  const text = print(expr, printName);
  if (aggregation === "percentile" && percentile) {
    if (percentile.kind === "continuous") return `percentile(${text}, ${percentile.fraction})`;
    return { agg: aggregation, expr: text, percentile: Number(percentile.fraction), percentile_kind: "discrete" };
  }
  const isRows = aggregation === "count" && expr.kind === "literal" && expr.value !== null;
  return isRows ? "count(*)" : `${aggregation}(${text})`;
}

/** One aggregate of SQL that our language lacks; null where the whole is no such thing. */
export function readOpaqueMetric(text: string, metric: OssieMetric, scope: Scope): Read | null {
  const found = readOpaqueSql(text);
  const aggregate = found.ok ? found.value.aggregate : null;
  const [first, ...others] = found.ok ? found.value.names : [];
  if (!aggregate || !first) return null;
  const base = modelOf(first, scope);
  if ("code" in base) return { ok: false, unread: base };
  if (others.some((name) => modelOf(name, scope) !== base)) return null;
  const type = typeFor(aggregate.aggregation, metric);
  if (!type) return no("UNSUPPORTED_EXPRESSION", "It could be kept as it is if its datatype were said");
  const sql = enginesOf(metric.texts, (own) => {
    const opaque = readOpaqueSql(own);
    const argument =
      opaque.ok && opaque.value.aggregate?.aggregation === aggregate.aggregation
        ? opaque.value.aggregate.argument
        : null;
    if (!opaque.ok || !argument) return null;
    const spelled = respelled(own, opaque.value.names, (name) => printName(columnOf(name, base) ?? name.name));
    return spelled.slice(argument.start, spelled.length - (own.length - argument.end)).trim();
  });
  const isPlain = found.ok && found.value.names.every((name) => columnOf(name, base) !== null);
  if (!isPlain) return no("UNSUPPORTED_EXPRESSION", "It reads a field that is computed itself");
  const columns = columnsOf({
    ...found.value,
    names: found.value.names.map((name) => ({ ...name, name: columnOf(name, base) ?? "" })),
  });
  return {
    ok: true,
    data: { model: base.name, measure: { agg: aggregate.aggregation, sql, columns, data_type: type } },
  };
}

/** The column that a name is; null for a field with an expression. */
function columnOf(name: SqlName, base: ModelDraft): string | null {
  const field = fieldOf(name, base);
  if (!field) return name.name;
  return field.value?.kind === "expr" && field.value.expr.kind === "ref" ? field.value.expr.ref : null;
}

/** The type of what is aggregated, as far as it matters. */
function typeFor(aggregation: string, { datatype }: OssieMetric): ScalarType | null {
  if (aggregation.startsWith("count")) return "string";
  const type = datatype && TYPE_OF[datatype];
  return type ?? (aggregation === "min" || aggregation === "max" ? null : "float");
}

function no(code: Code, message: string): Read {
  return { ok: false, unread: { code, message } };
}
