import type { Dimension, Model, TimeDimension } from "../../catalog/index.ts";
import type { DimensionDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { ScalarType } from "../../expression/index.ts";
import { compareGrains, typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { typeOfColumn } from "../written.ts";

/** A dimension is what it says: a time is a time, its grain is one its type can have, and declared values fit the type. */
export function* checkDimensions({ models }: Draft): Iterable<Diagnostic> {
  for (const { definition, model } of models) {
    for (const written of definition.dimensions) {
      const dimension = model.dimensions.get(written.name.value);
      if (!dimension) continue;
      yield* declaredType(written, dimension, model);
      yield* dimension.kind === "time" ? time(written, dimension, model) : values(written, dimension, model);
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
