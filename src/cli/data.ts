import type { Dialect } from "../catalog/index.ts";
import { ensureSample } from "../sample/index.ts";
import { hasPassword, SettingError, type Settings, warehouseOptions } from "../settings/index.ts";
import { openWarehouse, type Warehouse, WarehouseError } from "../warehouse/index.ts";
import { type Arguments, type Flags, one } from "./arguments.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import { boundedWordsOf, wordsOf } from "./query-error.ts";
import { CONFIG_FLAG, settingsFailure, settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export type WarehouseFlag = "warehouse" | "config";

export const WAREHOUSE_FLAG: Flags<WarehouseFlag> = {
  warehouse: {
    value: "URL",
    about: "duckdb:PATH, postgres://… or bigquery://… (else WAREHOUSE_URL, else the setting, else the embedded sample)",
  },
  ...CONFIG_FLAG,
};

/** @throws CommandFailure when the warehouse cannot be opened. */
export async function openChosenWarehouse(args: Arguments<WarehouseFlag>, terminal: Terminal): Promise<Warehouse> {
  const chosen = warehouseUrl(args, terminal);
  const { warehouse, origins } = settingsFor(args, terminal);
  try {
    const options = warehouseOptions(warehouse, chosen, terminal.env);
    return await openWarehouse(chosen ?? (await sampleUrl(terminal)), options);
  } catch (thrown) {
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    if (thrown instanceof CommandFailure) throw thrown;
    const origin = one(args, "warehouse") === null ? origins.get("warehouse.url") : undefined;
    const place = origin === undefined ? null : `the warehouse comes from ${origin} (setting "warehouse.url")`;
    const isAboutPassword = thrown instanceof WarehouseError && /\bpassword\b/.test(thrown.message);
    const password = isAboutPassword ? passwordPlace(warehouse.password, chosen ?? "") : null;
    const help = [place, password].filter((words) => words !== null).join("; ") || null;
    if (!(thrown instanceof WarehouseError)) throw unusable(wordsOf(thrown), help);
    if (thrown.cause !== undefined) terminal.say(boundedWordsOf(thrown.cause));
    throw new CommandFailure(EXIT.cannotTell, "WAREHOUSE_ERROR", thrown.message, { help });
  }
}

/** Where the password came from that was refused, or was missing. */
function passwordPlace(reference: Settings["warehouse"]["password"], url: string): string {
  if (hasPassword(url)) return 'the password is that of the URL, which counts before the setting "warehouse.password"';
  const { env, file } = reference ?? {};
  if (env !== undefined)
    return `the password comes from the environment variable ${env} (setting "warehouse.password")`;
  if (file !== undefined) return `the password comes from the file ${file} (setting "warehouse.password")`;
  return 'no password is set: say in the setting "warehouse.password" where it is, as { env: PGPASSWORD } or { file: /run/secrets/pg }';
}

/** What was chosen; null: the embedded sample. */
export function warehouseUrl(args: Arguments<WarehouseFlag>, terminal: Terminal): string | null {
  return one(args, "warehouse") ?? settingsFor(args, terminal).warehouse.url ?? null;
}

/** @throws CommandFailure for a scheme that names no engine. */
export function dialectOf(url: string | null): Dialect {
  const scheme = url === null ? "duckdb" : url.slice(0, Math.max(0, url.indexOf(":")));
  const dialect = DIALECTS.get(scheme);
  if (dialect) return dialect;
  throw unusable(
    `"${scheme}:" names no warehouse.`,
    `a warehouse is ${[...DIALECTS.keys()].map((key) => `${key}:…`).join(", ")}`,
  );
}

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["duckdb", "duckdb"],
  ["postgres", "postgres"],
  ["postgresql", "postgres"],
  ["bigquery", "bigquery"],
]);

/** The embedded sample company, made on first use. */
async function sampleUrl(terminal: Terminal): Promise<string> {
  const progress = terminal.progress();
  try {
    return `duckdb:${await ensureSample(undefined, (message) => progress.show(message))}`;
  } catch (thrown) {
    throw new CommandFailure(
      EXIT.cannotTell,
      "WAREHOUSE_ERROR",
      `The embedded sample cannot be built: ${wordsOf(thrown)}.`,
      {
        help: "start where .assay/ can be written, or name your own data: --warehouse duckdb:PATH",
      },
    );
  } finally {
    progress.done();
  }
}
