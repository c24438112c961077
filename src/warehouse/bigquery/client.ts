import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BigQuery } from "@google-cloud/bigquery";
import type { AuthClient } from "google-auth-library";
import { isObject } from "../../std/index.ts";
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
  const key = keyFile === undefined ? null : readKey(keyFile);
  // Only now: loading the client takes longer than starting on any other warehouse.
  const { BigQuery } = await import("@google-cloud/bigquery");
  const isPlain = apiEndpoint !== undefined && new URL(apiEndpoint).protocol === "http:";
  const authClient = isPlain ? await noCredentials() : key ? await credentialsOf(key) : null;
  const client = new BigQuery({
    projectId,
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    ...(authClient ? { authClient } : {}),
    retryOptions: { autoRetry: false }, // retries are decided in one place, and that is ours
  });
  try {
    await client.authClient.getClient();
  } catch {
    // The library's own words may quote the file that it could not read.
    throw new WarehouseError(
      "denied",
      "There are no credentials for Google Cloud: set warehouse.bigquery.key_file, or run `gcloud auth application-default login`.",
    );
  }
  return client;
}

/** Of a service account. */
interface Key {
  readonly email: string;
  readonly key: string;
}

async function noCredentials(): Promise<AuthClient> {
  const { PassThroughClient } = await import("google-auth-library");
  return new PassThroughClient();
}

async function credentialsOf(key: Key): Promise<AuthClient> {
  const { JWT } = await import("google-auth-library");
  return new JWT({ ...key, scopes: ["https://www.googleapis.com/auth/bigquery"] });
}

function readKey(path: string): Key {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Error(`The key file of BigQuery cannot be read: ${path}.`);
  }
  const key = keyIn(text);
  if (!key) throw new Error(`The key file of BigQuery holds no key of a service account as JSON: ${path}.`);
  return key;
}

/** null: it is none. */
function keyIn(text: string): Key | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || parsed["type"] !== "service_account") return null;
    const { client_email: email, private_key: key } = parsed;
    if (typeof email !== "string" || typeof key !== "string") return null;
    createPrivateKey(key);
    return { email, key };
  } catch {
    return null;
  }
}
