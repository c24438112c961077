import { afterAll, beforeAll } from "vitest";
import type { Catalog } from "../../src/catalog/index.ts";
import { createDataAnswerer } from "../../src/data-studio/data.ts";
import type { DataReply, DataValue, FilterOperator } from "../../src/data-studio/protocol.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { createEngine, type Engine } from "../../src/engine/index.ts";
import type { Principal } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import {
  type Cell,
  openPostgresLoader,
  openWarehouse,
  type Row,
  readAll,
  type Warehouse,
} from "../../src/warehouse/index.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { catalogFrom } from "../support/shop.ts";
import { DEFINITIONS, seed } from "./definitions.ts";

export const ANALYST = person("ann@example.com", "analyst");
export const CLERK = person("cleo@example.com", "clerk");
export const ofRegions = (...regions: string[]): Principal => person("reg@example.com", "regional", regions);

export function person(email: string, role: string, regions?: readonly string[]): Principal {
  const claims = regions ? { regions } : {};
  return makeUser({ issuer: "https://accounts.google.com", subject: email, name: email, roles: [role], claims });
}

export const shopCatalog = (more = ""): Catalog => catalogFrom(`${DEFINITIONS}${more}`);

/** The shop in an engine's tables. Whoever opens it closes it. */
export async function filled(dialect: "duckdb" | "postgres"): Promise<Warehouse> {
  if (dialect === "postgres") {
    const url = await emptyPostgres();
    const loader = await openPostgresLoader(url);
    await loader.run(seed());
    await loader.close();
    return openWarehouse(url);
  }
  const warehouse = await openWarehouse("duckdb::memory:");
  for (const text of seed().split(/;\s*$/m)) if (text.trim() !== "") await runSql(warehouse, text);
  return warehouse;
}

export async function runSql(warehouse: Warehouse, text: string): Promise<readonly Row[]> {
  return readAll(await warehouse.execute({ text, values: [] }));
}

/** One engine of each kind over the same rows, and SQL by hand on each. */
export interface Shops {
  readonly engines: readonly Engine[];
  /** What each of the engines reads. */
  readonly warehouses: readonly Warehouse[];
  /** The rows of a statement, on each engine; as texts, in any order. See `inSql` for what stands in braces. */
  sql(text: string): Promise<readonly (readonly string[])[]>;
  /** Runs it with each engine and gives what came of it; anything but the same from both throws. */
  both<T>(ask: (engine: Engine) => Promise<T>, shown?: (told: T) => unknown): Promise<T>;
}

/** Opens the shops before the tests of a file and closes them after. */
export function useShops(catalog: Catalog = shopCatalog()): Shops {
  const opened: { warehouse: Warehouse; engine: Engine }[] = [];
  beforeAll(async () => {
    for (const dialect of ["duckdb", "postgres"] as const) {
      const warehouse = await filled(dialect);
      opened.push({ warehouse, engine: createEngine({ catalog, warehouse }) });
    }
  });
  afterAll(async () => {
    for (const { engine } of opened) await engine.close();
  });
  return {
    get engines() {
      return opened.map(({ engine }) => engine);
    },
    get warehouses() {
      return opened.map(({ warehouse }) => warehouse);
    },
    async sql(text) {
      const answers = [];
      for (const { warehouse, engine } of opened) {
        answers.push(normal(await runSql(warehouse, inSql(text, engine.dialect))));
      }
      return same(answers, (rows) => rows);
    },
    async both(ask, shown = (told) => told) {
      const answers = [];
      for (const { engine } of opened) answers.push(await ask(engine));
      return same(answers, shown);
    },
  };
}

function same<T>(answers: readonly T[], shown: (told: T) => unknown): T {
  const [first, ...others] = answers;
  if (first === undefined) throw new Error("No engine was asked.");
  for (const other of others) {
    const [a, b] = [JSON.stringify(shown(first)), JSON.stringify(shown(other))];
    if (a !== b) throw new Error(`The engines differ: ${a} and ${b}`);
  }
  return first;
}

/** Rows in any order, and numbers however an engine or this program writes them. */
export function normal(rows: readonly (readonly (Cell | undefined)[])[]): readonly (readonly string[])[] {
  return rows.map((row) => row.map(plain)).sort((a, b) => (a.join("|") < b.join("|") ? -1 : 1));
}

/** The same text for 1.50, 1.5 and what differs in a last digit; NULL is no text that data can be. */
function plain(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "␀";
  const text = String(cell);
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) && !/^0\d/.test(text)
    ? String(Number(Number(text).toPrecision(11)))
    : text;
}

/** Local times, and how Data Studio writes them: `{ordered}`, `{yyyymm:expression}`, written for one engine. */
export function inSql(text: string, dialect: string): string {
  const written = text.replaceAll("{ordered}", "(ordered_at at time zone 'America/New_York')");
  return written.replace(/\{([a-z]+):([^{}]*)\}/g, (_, name: string, value: string) => {
    const [duckdb, postgres] = FORMATS[name] ?? [];
    if (duckdb === undefined) throw new Error(`There is no format ${name}`);
    return dialect === "duckdb" ? `strftime(${value}, '${duckdb}')` : `to_char(${value}, '${postgres}')`;
  });
}

const FORMATS: Readonly<Record<string, readonly [string, string]>> = {
  year: ["%Y", "YYYY"],
  month: ["%Y%m", "YYYYMM"],
  week: ["%G%V", "IYYYIW"],
  day: ["%Y%m%d", "YYYYMMDD"],
  hour: ["%Y%m%d%H", "YYYYMMDDHH24"],
  second: ["%Y%m%d%H%M%S", "YYYYMMDDHH24MISS"],
  isoday: ["%Y-%m-%d", "YYYY-MM-DD"],
  monthpart: ["%m", "MM"],
  daypart: ["%d", "DD"],
};

/** A chart's question: names of fields, and what else it asks for. */
export interface Chart {
  readonly fields: readonly (string | { readonly name: string; readonly forFilterOnly?: boolean })[];
  readonly model?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly range?: readonly [start: string, end: string];
  readonly filters?: readonly (readonly ChartFilter[])[];
  readonly sample?: boolean;
}

/** `["order__region", "EQUALS", ["EMEA"]]`, and "EXCLUDE" behind it. */
export type ChartFilter = readonly [
  field: string,
  operator: FilterOperator,
  values?: readonly string[],
  type?: "INCLUDE" | "EXCLUDE",
];

export function bodyOf({ fields, model = "orders", config = {}, range, filters, sample }: Chart): unknown {
  return {
    configParams: { model, ...config },
    fields: fields.map((field) => (typeof field === "string" ? { name: field } : field)),
    ...(range && { dateRange: { startDate: range[0], endDate: range[1] } }),
    ...(filters && {
      dimensionsFilters: filters.map((group) =>
        group.map(([fieldName, operator, values = [], type = "INCLUDE"]) => ({ fieldName, operator, values, type })),
      ),
    }),
    scriptParams: { lastRefresh: "1783036800000", ...(sample && { sampleExtraction: true }) },
  };
}

/** The rows of a chart from both engines, which have to be the same; all pages, in any order. */
export async function rowsOf(shops: Shops, chart: Chart, who = ANALYST): Promise<readonly (readonly string[])[]> {
  return shops.both(async (engine) => normal(await valuesOf(engine, chart, who)));
}

export async function valuesOf(
  engine: Engine,
  chart: Chart,
  who = ANALYST,
): Promise<readonly (readonly DataValue[])[]> {
  return readyOf(await createDataAnswerer(engine).answer(bodyOf(chart), who, {})).rows.map(({ values }) => values);
}

export function readyOf(reply: DataReply): DataReply & { readonly status: "ready" } {
  if (reply.status === "ready") return reply;
  throw new Error(`It is ${reply.status}.`);
}

/** The "no" to a question, the same from both engines. */
export async function refusalOf(
  shops: Shops,
  chart: Chart | { readonly body: unknown },
  who = ANALYST,
): Promise<Refusal> {
  const body = "body" in chart ? chart.body : bodyOf(chart);
  const ask = async (engine: Engine): Promise<Refusal> => {
    try {
      await createDataAnswerer(engine).answer(body, who, {});
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown;
      throw thrown;
    }
    throw new Error(`Answered, but should be refused: ${JSON.stringify(body)}`);
  };
  return shops.both(ask, ({ code, message }) => [code, message]);
}
