import type { BigQueryOptions } from "../options.ts";

export interface BigQuerySettings {
  /** The URL without its query. */
  readonly name: string;
  readonly projectId: string;
  /** Where names without a dataset are looked for. */
  readonly datasetId: string;
  /** null: BigQuery finds it from the dataset. */
  readonly location: string | null;
  readonly options: BigQueryOptions;
  readonly statementTimeoutMs: number;
}

/**
 * @param url `bigquery://PROJECT/DATASET?location=EU`.
 * @throws Error when it is no such URL, or while BIGQUERY_EMULATOR_HOST is set.
 */
export function bigQuerySettings(url: string, options: BigQueryOptions = {}): BigQuerySettings {
  const [, projectId, datasetId, query = ""] = URL_PARTS.exec(url) ?? [];
  if (projectId === undefined || datasetId === undefined) {
    throw new Error("This is no URL of a BigQuery dataset: bigquery://PROJECT/DATASET?location=EU.");
  }
  const parameters = new URLSearchParams(query);
  const location = parameters.get("location");
  if ([...parameters.keys()].some((key) => key !== "location") || (location !== null && !LOCATION.test(location))) {
    throw new Error('The URL of a BigQuery dataset has one parameter, "location", such as EU or europe-west3.');
  }
  if (process.env["BIGQUERY_EMULATOR_HOST"]) {
    // The client would send everything there, credentials too, whatever else it is told.
    throw new Error(
      "BIGQUERY_EMULATOR_HOST is set, and would lead astray what is meant for BigQuery. Unset it, and name an emulator by the setting apiEndpoint.",
    );
  }
  if (options.apiEndpoint !== undefined && !isHttp(options.apiEndpoint)) {
    throw new Error("The setting apiEndpoint of BigQuery is a URL that starts with http:// or https://.");
  }
  for (const name of ["maxBytesBilled", "maxBytesBilledPerPrincipal", "statementTimeoutMs"] as const) {
    const value = options[name];
    // One that is none would be no limit at all.
    if (value !== undefined && !(value > 0)) throw new Error(`BigQuery's "${name}" is more than 0, not ${value}.`);
  }
  const statementTimeoutMs = options.statementTimeoutMs ?? 300_000;
  return { name: `bigquery://${projectId}/${datasetId}`, projectId, datasetId, location, options, statementTimeoutMs };
}

/** A project may belong to a domain: `example.com:project`. */
const URL_PARTS = /^bigquery:\/\/([a-z][a-z0-9.:-]*[a-z0-9])\/(\w+)(?:\?(.*))?$/;
const LOCATION = /^[A-Za-z][A-Za-z0-9-]*$/;

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
