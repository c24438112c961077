import { Refusal } from "../diagnostics/index.ts";
import { isObject, nearest } from "../std/index.ts";
import { isCurrencyCode } from "./currencies.ts";
import type { ConfigName } from "./protocol.ts";

/** What a data source is about, as its editor answered. Says nothing of who asks, and nothing in it is known to exist. */
export interface ConnectorConfig {
  /** null until it is chosen. */
  readonly source: ConfiguredSource | null;
  /** Names; none: all of them. */
  readonly metrics: readonly string[];
  /** The time that date ranges are about, as a query names it. */
  readonly timeDimension: string;
  /** A code that Data Studio knows, for amounts whose unit is none; null: they are bare numbers. */
  readonly currency: string | null;
  readonly certifiedOnly: boolean;
  /** Whether ratios of sums are given as their parts and a formula. */
  readonly decompose: boolean;
}

export type ConfiguredSource =
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "savedQuery"; readonly name: string };

/** Before the name of a saved query, where a model is chosen. */
export const SAVED = "saved:";

export const METRIC_TIME = "metric_time";

const KNOWN: readonly (ConfigName | "endpoint")[] = [
  "model",
  "metrics",
  "timeDimension",
  "currency",
  "certifiedOnly",
  "decompose",
  // The connector's own: it has been used by who sends this.
  "endpoint",
];

const MAX_NAME = 300;
const MAX_METRICS = 1_000;

/**
 * Reads what Data Studio hands over: texts, booleans of checkboxes, and `""` for what was not answered.
 *
 * @throws Refusal INVALID_REQUEST for an unknown key, a value of another kind, and what is too long
 */
export function parseConfig(params: unknown): ConnectorConfig {
  if (params !== undefined && params !== null && !isObject(params)) {
    throw new Refusal("INVALID_REQUEST", "configParams is an object of names and values.", { path: ["configParams"] });
  }
  const given = new Map<string, unknown>(Object.entries(params ?? {}));
  for (const key of given.keys()) {
    if (KNOWN.some((known) => known === key)) continue;
    const shown = key.slice(0, 60);
    throw invalid(
      shown,
      `The data source has no setting "${shown}". Known: ${KNOWN.join(", ")}.`,
      nearest(shown, KNOWN),
    );
  }
  const currency = textOf(given, "currency");
  if (currency !== null && !isCurrencyCode(currency)) {
    throw invalid("currency", `"${currency}" is no currency that Data Studio knows; choose one of its codes.`);
  }
  return {
    source: sourceOf(textOf(given, "model")),
    metrics: namesOf(given, "metrics"),
    timeDimension: textOf(given, "timeDimension") ?? METRIC_TIME,
    currency,
    certifiedOnly: isOn(given, "certifiedOnly"),
    decompose: isOn(given, "decompose"),
  };
}

function sourceOf(text: string | null): ConfiguredSource | null {
  if (text === null) return null;
  if (text.startsWith(SAVED)) return { kind: "savedQuery", name: text.slice(SAVED.length) };
  return { kind: "model", name: text };
}

function textOf(given: ReadonlyMap<string, unknown>, name: ConfigName, maxLength = MAX_NAME): string | null {
  const value = given.get(name);
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") throw invalid(name, `The setting ${name} is a text.`);
  if (value.length > maxLength) throw invalid(name, `The setting ${name} is longer than ${maxLength} characters.`);
  return value;
}

/** SELECT_MULTIPLE: the chosen values, apart by commas. */
function namesOf(given: ReadonlyMap<string, unknown>, name: ConfigName): readonly string[] {
  const text = textOf(given, name, MAX_NAME * MAX_METRICS);
  const names = [...new Set((text ?? "").split(",").map((one) => one.trim()))].filter((one) => one !== "");
  if (names.length > MAX_METRICS) throw invalid(name, `The setting ${name} names more than ${MAX_METRICS}.`);
  const long = names.find((one) => one.length > MAX_NAME);
  if (long !== undefined) throw invalid(name, `A name in ${name} is longer than ${MAX_NAME} characters.`);
  return names;
}

function isOn(given: ReadonlyMap<string, unknown>, name: ConfigName): boolean {
  const value = given.get(name);
  switch (value) {
    case true:
    case "true":
      return true;
    case undefined:
    case null:
    case "":
    case false:
    case "false":
      return false;
    default:
      throw invalid(name, `The setting ${name} is true or false.`);
  }
}

function invalid(name: string, message: string, suggestions: readonly string[] = []): Refusal {
  return new Refusal("INVALID_REQUEST", message, { path: ["configParams", name], suggestions });
}
