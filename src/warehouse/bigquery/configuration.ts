import type { BoundValue, Statement } from "../../sql/index.ts";
import { assertNever, sha256 } from "../../std/index.ts";
import type { StatementOrigin } from "../warehouse.ts";
import type { JsonObject } from "./json.ts";
import type { BigQuerySettings } from "./settings.ts";

/**
 * What a job is told besides its id and location; `configuration` of BigQuery's Job.
 *
 * @param maxBytesBilled Infinity: no limit.
 */
export function configurationOf(
  { text, values }: Statement,
  settings: BigQuerySettings,
  maxBytesBilled = Infinity,
): JsonObject {
  const { projectId, datasetId, options } = settings;
  return {
    query: {
      query: text,
      useLegacySql: false,
      defaultDataset: { projectId, datasetId },
      priority: options.priority ?? "INTERACTIVE",
      ...(maxBytesBilled < Infinity ? { maximumBytesBilled: String(Math.floor(maxBytesBilled)) } : {}),
      ...(values.length > 0 ? { parameterMode: "NAMED", queryParameters: values.map(parameterOf) } : {}),
    },
  };
}

/** The first value is `@p1`. A null has a type too; text converts to any. */
function parameterOf(value: BoundValue, index: number): JsonObject {
  return {
    name: `p${index + 1}`,
    parameterType: { type: typeOf(value) },
    parameterValue: { value: value === null ? null : String(value) },
  };
}

function typeOf(value: BoundValue): string {
  switch (typeof value) {
    case "boolean":
      return "BOOL";
    case "number":
      return Number.isSafeInteger(value) ? "INT64" : "FLOAT64";
    case "string":
    case "object":
      return "STRING";
    default:
      return assertNever(value);
  }
}

/** For BigQuery's own logs and bills: whose question it was, and which statements are the same. */
export function labelsOf(
  { text }: Statement,
  origin: StatementOrigin | undefined,
  { options }: BigQuerySettings,
): Readonly<Record<string, string>> {
  const [metric, ...others] = origin?.metrics ?? [];
  const labels = {
    metric,
    // Not all of them: a label is too short for two long names.
    more_metrics: others.length > 0 ? String(others.length) : undefined,
    consumer: origin?.consumer,
    environment: options.environment,
    query_digest: sha256(text).slice(0, 32),
  };
  return Object.fromEntries(Object.entries(labels).flatMap(([key, value]) => (value ? [[key, labelText(value)]] : [])));
}

/** @see https://cloud.google.com/bigquery/docs/labels-intro#requirements */
function labelText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
}
