import { expect } from "vitest";
import {
  type BigQueryOptions,
  type BoundValue,
  type ExecuteOptions,
  openWarehouse,
  readAll,
  type Warehouse,
} from "../../../src/warehouse/index.ts";
import { until } from "../until.ts";
import { type BigQueryDouble, startBigQuery } from "./double.ts";

type Use = (warehouse: Warehouse, double: BigQueryDouble) => Promise<void>;

/** Opens a warehouse on a double of BigQuery; afterwards no job runs any more and no request waits. */
export async function withBigQuery(use: Use, options: BigQueryOptions = {}, query = "?location=EU"): Promise<void> {
  const double = await startBigQuery("acme");
  double.location = new URLSearchParams(query).get("location") ?? "EU";
  try {
    const settings = { ...options, apiEndpoint: double.url };
    const warehouse = await openWarehouse(`bigquery://acme/shop${query}`, { bigquery: settings });
    double.asked = [];
    try {
      await use(warehouse, double);
      await until(() => double.runningJobs === 0 && double.inFlight === 0);
    } finally {
      await warehouse.close();
    }
  } finally {
    await double.close();
  }
}

export async function rowsOf(
  warehouse: Warehouse,
  text = "SELECT 1",
  options: ExecuteOptions = {},
  values: readonly BoundValue[] = [],
) {
  return readAll(await warehouse.execute({ text, values }, options));
}

/** Everything that a failure says, its causes included. */
export async function wordsOf(work: Promise<unknown>): Promise<string> {
  const words: string[] = [];
  const thrown: unknown = await work.then(
    () => expect.fail("It did not fail."),
    (cause: unknown) => cause,
  );
  for (let each: unknown = thrown; each instanceof Error; each = each.cause) {
    words.push(String(each), JSON.stringify(each));
  }
  expect(words).not.toEqual([]);
  return words.join("\n");
}
