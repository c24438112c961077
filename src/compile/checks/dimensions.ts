import type { Dimension, Model, TimeDimension } from "../../catalog/index.ts";
import type { DimensionDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { compareGrains, typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { typeOfColumn } from "../written.ts";

/**
 * A dimension is what it says: a time is a time, its grain is one its type can have, declared values fit the type, and
 * what names a place or an address is a text.
 */
export function* checkDimensions({ models }: Draft): Iterable<Diagnostic> {
  for (const { definition, model } of models) {
    for (const written of definition.dimensions) {
      const dimension = model.dimensions.get(written.name.value);
      if (!dimension) continue;
      yield* declaredType(written, dimension, model);
      if (dimension.kind === "time") yield* time(written, dimension, model);
      else {
        yield* values(written, dimension, model);
        yield* semanticType(written, dimension, model);
      }
    }
  }
}

function* declaredType(written: DimensionDefinition, dimension: Dimension, model: Model): Iterable<Diagnostic> {
  const { dataType } = written;
  if (!dataType || dimension.value.kind === "opaque") return;
  const found = typeOf(dimension.value.expr, typeOfColumn(model)).type;
  if (found === "unknown" || familyOf(found) === familyOf(dimension.type)) return;
  const types = { declared: dataType.value, found };
  yield report("dimension/type-disagrees", { dimension: dimension.name, model: model.name, ...types }, dataType.span);
}

function familyOf(type: ScalarType): string {
  return type === "int" || type === "decimal" || type === "float" ? "number" : type;
}

const TIMES: readonly ScalarType[] = ["date", "timestamp", "timestamptz", "unknown"];

function* time(written: DimensionDefinition, dimension: TimeDimension, model: Model): Iterable<Diagnostic> {
  const names = { dimension: dimension.name, model: model.name };
  if (!TIMES.includes(dimension.type)) {
    yield report("dimension/not-a-time", { ...names, type: dimension.type }, written.name.span);
  }
  if (dimension.type === "date" && compareGrains(dimension.grain, "day") < 0) {
    const span = (written.grain ?? written.name).span;
    yield report("dimension/grain-of-date", { ...names, grain: dimension.grain }, span);
  }
}

function* values(written: DimensionDefinition, dimension: Dimension, model: Model): Iterable<Diagnostic> {
  const pattern = PATTERNS[dimension.type];
  for (const value of written.values ?? []) {
    if (!pattern || pattern.test(value)) continue;
    const names = { dimension: dimension.name, model: model.name };
    yield report("dimension/value-of-other-type", { ...names, value, type: dimension.type }, written.name.span);
  }
}

function* semanticType(written: DimensionDefinition, dimension: Dimension, model: Model): Iterable<Diagnostic> {
  const { semanticType: named } = written;
  if (!named || dimension.type === "string" || dimension.type === "unknown") return;
  const names = { dimension: dimension.name, model: model.name };
  const types = { semanticType: named.value, type: dimension.type };
  yield report("dimension/semantic-type-of-no-text", { ...names, ...types }, named.span);
}

/** How values of a type are spelled; every text is a string. */
const PATTERNS: Readonly<Partial<Record<ScalarType, RegExp>>> = {
  int: /^[+-]?\d+$/,
  decimal: /^[+-]?\d+(\.\d+)?$/,
  float: /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  boolean: /^(true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  timestamp: /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/,
  timestamptz: /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:\d\d)?)?)?$/,
};
