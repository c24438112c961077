import { readFileSync } from "node:fs";
import type { BigQuery } from "@google-cloud/bigquery";
import type { AuthClient } from "google-auth-library";
import { WarehouseError } from "../warehouse.ts";
import type { BigQuerySettings } from "./settings.ts";

/**
 * Google's client, with credentials: a key file, those of the cloud, or over plain HTTP none.
 *
 * @throws Error for a key file that is none, WarehouseError "denied" when there are no credentials. No message holds a
 *   word of a key.
 */
export async function newClient({ projectId, options }: BigQuerySettings): Promise<BigQuery> {
  const { keyFile, apiEndpoint } = options;
  if (keyFile !== undefined) checkKeyFile(keyFile);
  // Only now: loading the client takes longer than starting on any other warehouse.
  const { BigQuery } = await import("@google-cloud/bigquery");
  const isPlain = apiEndpoint !== undefined && new URL(apiEndpoint).protocol === "http:";
  const client = new BigQuery({
    projectId,
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    ...(keyFile === undefined ? {} : { keyFilename: keyFile }),
    ...(isPlain ? { authClient: await noCredentials() } : {}),
    retryOptions: { autoRetry: false }, // retries are decided in one place, and that is ours
  });
  try {
    await client.authClient.getClient();
  } catch {
    // The library's own words may quote the file that it could not read.
    throw new WarehouseError(
      "denied",
      "There are no credentials for Google Cloud: set a key file, or run `gcloud auth application-default login`.",
    );
  }
  return client;
}

async function noCredentials(): Promise<AuthClient> {
  const { PassThroughClient } = await import("google-auth-library");
  return new PassThroughClient();
}

function checkKeyFile(path: string): void {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Error(`The key file of BigQuery cannot be read: ${path}.`);
  }
  if (!isKey(text)) throw new Error(`The key file of BigQuery holds no JSON with a "type": ${path}.`);
}

function isKey(text: string): boolean {
  try {
    const key: unknown = JSON.parse(text);
    return typeof key === "object" && key !== null && "type" in key && typeof key.type === "string";
  } catch {
    return false;
  }
}
