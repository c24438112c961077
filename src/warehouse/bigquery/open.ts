import { executeWithin } from "../bounds.ts";
import type { BigQueryOptions } from "../options.ts";
import {
  type ExecuteOptions,
  type Permissions,
  readAll,
  type TableDescription,
  type TablePath,
  type Warehouse,
  WarehouseError,
} from "../warehouse.ts";
import { Api } from "./api.ts";
import { newClient } from "./client.ts";
import { NoAnswer, Refusal, warehouseError } from "./errors.ts";
import { type JsonObject, textAt } from "./json.ts";
import { type BigQuerySettings, bigQuerySettings } from "./settings.ts";
import { Statements } from "./statements.ts";
import { descriptionOf, lastModified, permissionsOf, quoted, quotedPath, READ, restPath, WRITES } from "./tables.ts";

/**
 * Opens a dataset of BigQuery. Each statement is a job of its own, labelled and bounded in cost and time.
 *
 * @param url `bigquery://PROJECT/DATASET?location=EU`; names without a dataset are looked for in this one.
 * @throws WarehouseError when BigQuery cannot be reached or refuses us, Error when the URL or a setting is none.
 */
export async function openBigQuery(url: string, options: BigQueryOptions = {}): Promise<Warehouse> {
  const given = bigQuerySettings(url, options);
  const api = new Api(await newClient(given));
  const settings = { ...given, location: given.location ?? (await reaching(given, () => locationOf(api, given))) };
  const statements = new Statements(api, settings);

  const warehouse: Warehouse = {
    dialect: "bigquery",
    name: settings.name,
    execute: (statement, executeOptions) =>
      executeWithin((each, bounded) => statements.execute(each, bounded), statement, executeOptions),
    dryRun: (statement, { signal, deadline, origin } = {}) =>
      inTime(deadline, signal, (bounded) => statements.dryRun(statement, bounded, origin)),
    async describe(tables, { signal } = {}) {
      const found: (TableDescription | null)[] = [];
      for (const path of tables) {
        const table = await tableAt(path, signal);
        found.push(table && descriptionOf(path, table));
      }
      return found;
    },
    async permissions(tables) {
      const user = await onlyCell("SELECT SESSION_USER()");
      const found: Permissions[] = [];
      for (const path of tables) found.push(await permissionsOn(path, String(user.cell)));
      return found;
    },
    async freshness({ table, column }, freshnessOptions) {
      if (column === null) {
        const found = await tableAt(table);
        return found && lastModified(found);
      }
      // The condition is true of every value, and lets a table answer that demands a filter of its partitions.
      const name = quoted(column);
      const text = `SELECT MAX(${name}) FROM ${quotedPath(table)} WHERE ${name} >= '0001-01-01'`;
      const latest = await onlyCell(text, freshnessOptions);
      if (latest.cell === null) return null;
      if (latest.type === "DATE") return `${latest.cell}T00:00:00Z`;
      if (latest.type === "TIMESTAMP") return String(latest.cell).replace(/Z?$/, "Z");
      throw new WarehouseError("statement", `Column "${column}" holds no times.`);
    },
    /** Checks the credentials and the right to make jobs, for nothing. */
    async ping() {
      await warehouse.dryRun({ text: "SELECT 1", values: [] });
    },
    close: () => statements.close(),
  };

  /** null: there is none, or none that we may see. */
  async function tableAt(path: TablePath, signal?: AbortSignal): Promise<JsonObject | null> {
    try {
      return await statements.call({ method: "GET", path: restPath(path, settings) }, signal);
    } catch (cause) {
      if (cause instanceof WarehouseError && (cause.kind === "missing" || cause.kind === "denied")) return null;
      throw cause;
    }
  }

  async function permissionsOn(path: TablePath, user: string): Promise<Permissions> {
    const body = { permissions: [READ, ...WRITES] };
    try {
      const call = { method: "POST", path: restPath(path, settings), verb: "testIamPermissions", body } as const;
      return permissionsOf(user, await statements.call(call));
    } catch (cause) {
      // Not every server of this interface knows permissions.
      if (!(cause instanceof WarehouseError && cause.cause instanceof Refusal)) throw cause;
      return { user, canRead: await canRead(path), canWrite: null };
    }
  }

  async function canRead(path: TablePath): Promise<boolean> {
    try {
      await warehouse.dryRun({ text: `SELECT 1 FROM ${quotedPath(path)} LIMIT 0`, values: [] });
      return true;
    } catch (cause) {
      if (cause instanceof WarehouseError && cause.kind === "denied") return false;
      throw cause;
    }
  }

  async function onlyCell(text: string, executeOptions?: ExecuteOptions) {
    const result = await warehouse.execute({ text, values: [] }, executeOptions);
    const [row] = await readAll(result);
    return { cell: row?.[0] ?? null, type: result.columns[0]?.type };
  }

  try {
    await reaching(settings, () => warehouse.ping());
  } catch (cause) {
    await warehouse.close();
    throw cause;
  }
  return warehouse;
}

/** At opening it is not a statement that fails. */
async function reaching<T>({ name, options }: BigQuerySettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { cause } = warehouseError(thrown);
    if (!(cause instanceof NoAnswer)) throw thrown;
    const place = options.apiEndpoint === undefined ? name : `${name} at ${new URL(options.apiEndpoint).origin}`;
    throw new WarehouseError("unavailable", `${place} could not be reached.`, { cause });
  }
}

/**
 * Where the dataset is: outside of US and EU a job whose creation was not answered is found by its location only. null:
 * we may not look.
 *
 * @throws WarehouseError "missing" when there is no such dataset.
 */
async function locationOf(api: Api, { projectId, datasetId }: BigQuerySettings): Promise<string | null> {
  try {
    const dataset = await api.call({ method: "GET", path: ["projects", projectId, "datasets", datasetId] });
    return textAt(dataset, "location") || null;
  } catch (cause) {
    const error = warehouseError(cause);
    if (error.kind === "denied") return null;
    if (error.kind !== "missing") throw error;
    throw new WarehouseError("missing", `There is no dataset ${datasetId} in project ${projectId}.`, { cause });
  }
}

/** Runs work that yields no rows by its deadline. */
async function inTime<T>(
  deadline: ExecuteOptions["deadline"],
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (deadline === undefined) return work(signal);
  const limit = AbortSignal.timeout(Math.max(0, Math.ceil(Math.min(2 ** 31 - 1, deadline - performance.now()))));
  try {
    return await work(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (cause) {
    if (!limit.aborted || signal?.aborted) throw cause;
    throw new WarehouseError("timeout", "The statement took longer than it was given.", { cause });
  }
}
