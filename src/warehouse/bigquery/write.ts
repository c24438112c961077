import type { BigQueryOptions } from "../options.ts";
import type { Writer } from "../writer.ts";
import { newClient } from "./client.ts";
import { refusalOf, warehouseError } from "./errors.ts";
import { bigQuerySettings } from "./settings.ts";

/** @param url Its project pays and owns; datasets are named by the statements, and made where the URL says. */
export async function openBigQueryWriter(url: string, options: BigQueryOptions = {}): Promise<Writer> {
  const settings = bigQuerySettings(url, options);
  const client = await newClient(settings);
  const location = settings.location === null ? {} : { location: settings.location };
  return {
    dialect: "bigquery",
    name: settings.name,
    async transact(statements) {
      const rows: (readonly string[])[][] = [];
      try {
        for (const { text, values } of statements) {
          const params = Object.fromEntries(values.map((value, i) => [`p${i + 1}`, value]));
          const [found] = await client.query({ query: text, params, useLegacySql: false, ...location });
          rows.push(found.map((row: object) => Object.values(row).map(String)));
        }
        return rows;
      } catch (cause) {
        throw warehouseError(isAnswer(cause) ? refusalOf(cause.code, { error: cause }) : cause);
      }
    },
    async close() {}, // the client keeps nothing open
  };
}

/** What Google's client throws for a refusal: `code` is the status of HTTP. */
function isAnswer(cause: unknown): cause is Error & { readonly code: number } {
  return cause instanceof Error && "code" in cause && typeof cause.code === "number";
}
