import { mapping, type ShapeOf, text, wholeNumber, word } from "../../definition/index.ts";
import { report } from "../../diagnostics/index.ts";
import { type Environment, SECRET, secretFrom } from "../secrets.ts";
import { SettingError } from "../setting-error.ts";

const ENDPOINT = "a URL, such as http://127.0.0.1:4318";
const PERCENT = "a whole number from 0 to 100";

export const TELEMETRY = mapping("a mapping", {
  log_level: word(["debug", "info", "warn", "error"])
    .optional()
    .meta({ description: "The least that is logged; info: a line for each request. Default info." }),
  otlp: mapping("a mapping", {
    endpoint: text(ENDPOINT)
      .regex(/^https?:\/\/[^\s@?#]+$/, { error: ENDPOINT })
      .optional()
      .meta({
        description: "The OpenTelemetry collector that takes traces by OTLP over HTTP, without /v1/traces.",
        examples: ["http://127.0.0.1:4318"],
      }),
    headers: SECRET.optional().meta({
      description: "Where the headers are that it is sent, as name=value,name=value.",
      examples: [{ env: "OTLP_HEADERS" }],
    }),
    sample_percent: wholeNumber(PERCENT, 0)
      .max(100, { error: PERCENT })
      .optional()
      .meta({ description: "Share of requests that are traced, where the caller has not decided. Default 100." }),
  })
    .optional()
    .meta({ description: "Traces. Default: none." }),
}).meta({ description: "What the server tells those who run it." });

export type TelemetryShape = ShapeOf<typeof TELEMETRY>;

/** Where traces go. */
export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ratio: number;
}

/**
 * What the settings say, else the variables of OpenTelemetry; null: nobody takes traces.
 *
 * @throws SettingError where the headers are not there, or none
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpFrom({ otlp = {} }: TelemetryShape, env: Environment): OtlpSettings | null {
  const endpoint = otlp.endpoint ?? env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!endpoint) return null;
  const setting = "telemetry.otlp.headers";
  const written = otlp.headers ? secretFrom(otlp.headers, setting, env) : (env["OTEL_EXPORTER_OTLP_HEADERS"] ?? "");
  const headers = headersOf(written);
  if (!headers) throw new SettingError(report("settings/otlp-headers", { setting }, null));
  return { url: `${endpoint.replace(/\/+$/, "")}/v1/traces`, headers, ratio: (otlp.sample_percent ?? 100) / 100 };
}

/** null: not `name=value,name=value`. */
function headersOf(written: string): Readonly<Record<string, string>> | null {
  const parts = written.split(",").filter((part) => part.trim() !== "");
  const pairs = parts.map((part) => /^\s*([A-Za-z0-9_-]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(part));
  if (pairs.some((pair) => pair === null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", decoded(pair?.[2] ?? "")]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
