import type { Calendar, Catalog, MetricTest, Model, Source, TestRow } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { compareGrains, timeLiteral } from "../expression/index.ts";
import { generatedDays } from "./days.ts";

/** What a test says of the rows; days of its question decide which days a calendar has. */
export type Given = Pick<MetricTest, "given" | "ask">;

export interface Fixture {
  /** The same models, each reading the rows of the test and no table. */
  readonly catalog: Catalog;
  /** What could not be given, by a word that the engine says when it misses it. */
  readonly lacks: ReadonlyMap<string, string>;
}

/**
 * Puts a test's rows under every model and calendar, as a SELECT of constants in DuckDB's dialect: rows of the model, so
 * where a model is a SELECT of its author, the rows stand for its result.
 *
 * @throws Refusal for a column whose type nobody declares and no value shows.
 */
export function withRows(catalog: Catalog, test: Given): Fixture {
  const lacks = new Map<string, string>();
  const models = [...catalog.models].map(([name, model]): [string, Model] => {
    const rows = test.given.get(name) ?? [];
    if (model.columns || rows.length > 0) return [name, { ...model, source: select(columnsOf(model, rows), rows) }];
    const why = `Model "${name}" declares no columns, so the test must give rows for it, or the model its columns.`;
    return [name, { ...model, source: missing(lacks, name, why) }];
  });
  const calendars = catalog.calendars.map((calendar): Calendar => {
    const rows = test.given.get(calendar.name);
    if (rows) return { ...calendar, source: select(calendarColumns(calendar), rows) };
    if (compareGrains(calendar.grain, "second") < 0) {
      return {
        ...calendar,
        source: missing(
          lacks,
          calendar.name,
          `Calendar "${calendar.name}" is too fine to be generated: give rows for it.`,
        ),
      };
    }
    for (const { name, column } of calendar.customGrains.values()) {
      lacks.set(column, `A generated calendar has no ${name}: give rows for "${calendar.name}".`);
    }
    return { ...calendar, source: sql(generatedDays(calendar, test)) };
  });
  return { catalog: { ...catalog, models: new Map(models), calendars }, lacks };
}

/** A table that is not there: only a question that needs it fails. */
function missing(lacks: Map<string, string>, name: string, why: string): Source {
  const word = `rows_of_${name}`;
  lacks.set(word, why);
  return { kind: "table", path: [word] };
}

interface FixtureColumn {
  readonly name: string;
  readonly type: ScalarType;
}

function columnsOf(model: Model, rows: readonly TestRow[]): readonly FixtureColumn[] {
  if (model.columns) return [...model.columns.values()];
  const names = new Set(rows.flatMap((row) => [...row.keys()]));
  return [...names].map((name) => {
    const type = shownBy(rows.map((row) => row.get(name) ?? null));
    if (type) return { name, type };
    const message = `Nothing shows the type of column "${name}": declare it in model "${model.name}".`;
    throw new Refusal("INVALID_REQUEST", message);
  });
}

/** The one type that all values have; null where there are none or they disagree. */
function shownBy(values: readonly Value[]): ScalarType | null {
  const [type, other] = new Set(values.filter((value) => value !== null).map(typeOf));
  if (!other) return type ?? null;
  return values.every((value) => value === null || typeof value === "number") ? "decimal" : null;
}

type Value = string | number | boolean | null;

function typeOf(value: string | number | boolean): ScalarType {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "decimal";
  return TIMES.find((type) => timeLiteral(type, value) !== null) ?? "string";
}

/** A text is the first of these that it can be: a day alone could be a timestamp too. */
const TIMES = ["date", "timestamp", "timestamptz"] as const;

function calendarColumns({ column, grain, customGrains }: Calendar): readonly FixtureColumn[] {
  return [
    { name: column, type: compareGrains(grain, "day") >= 0 ? "date" : "timestamp" },
    ...[...customGrains.values()].map((custom): FixtureColumn => ({ name: custom.column, type: "date" })),
  ];
}

function select(columns: readonly FixtureColumn[], rows: readonly TestRow[]): Source {
  const typed = columns.map(({ name, type }) => {
    const values = rows.map((row) => row.get(name) ?? null);
    return { name, sqlType: type === "decimal" ? decimalFor(values) : SQL_TYPES[type], type, values };
  });
  const row = (n: number) =>
    typed.map(({ name, sqlType, type, values }) => {
      return `CAST(${constant(type, values[n] ?? null)} AS ${sqlType}) AS "${name.replaceAll('"', '""')}"`;
    });
  const selects = rows.map((_, n) => `SELECT ${row(n).join(", ")}`);
  return sql(rows.length > 0 ? selects.join("\nUNION ALL ") : `SELECT ${row(0).join(", ")} WHERE FALSE`);
}

function sql(text: string): Source {
  return { kind: "sql", text, file: "" };
}

const SQL_TYPES: Readonly<Record<ScalarType, string>> = {
  string: "VARCHAR",
  int: "BIGINT",
  decimal: "DECIMAL(38, 2)",
  float: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  interval: "INTERVAL",
  unknown: "VARCHAR",
};

/** As many decimals as the values have, so that none is rounded away. */
function decimalFor(values: readonly Value[]): string {
  const decimals = values.map((value) => {
    const [, fraction = "", exponent] = /^-?\d+(?:\.(\d+))?(e.*)?$/i.exec(String(value)) ?? [];
    return exponent === undefined ? fraction.length : 18;
  });
  return `DECIMAL(38, ${Math.max(2, ...decimals)})`;
}

function constant(type: ScalarType, value: Value): string {
  if (value === null) return "NULL";
  const isTime = type === "date" || type === "timestamp" || type === "timestamptz";
  const time = isTime ? timeLiteral(type, String(value))?.value : undefined;
  return `'${String(time ?? value).replaceAll("'", "''")}'`;
}
