import { type Catalog, certificationOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { type ConfiguredSource, METRIC_TIME, parseConfig, SAVED } from "./config-params.ts";
import { CURRENCY_CODES } from "./currencies.ts";
import { type Offer, offeredModels, offerOf, timesAmong } from "./fields.ts";
import type { ConfigItem, ConfigName, ConfigReply } from "./protocol.ts";

/**
 * What to ask somebody who makes a data source: first what it is about, then what depends on that. Equal answers make
 * equal questions, and what was asked once is asked in every later step.
 *
 * @throws Refusal INVALID_REQUEST for settings that cannot be read
 */
export function configFor(catalog: Catalog, configParams: unknown): ConfigReply {
  const { source } = parseConfig(configParams);
  const offer = source && offerIfThere(catalog, source);
  const about = info("about", "Fields and rows are those that you may see. Every viewer sees their own.");
  const model = modelItem(catalog);
  // A list without anything in it would say nothing of why.
  if (model.options.length === 0) return { items: [about, info("nothing", NOTHING)], isSteppedConfig: true };
  if (offer) return { items: [about, model, ...itemsOf(catalog, offer)], isSteppedConfig: false };
  // What was chosen before may have been removed, or be hidden from who asks now: they choose again.
  const gone = source ? [info("gone", `There is no "${source.name.slice(0, 60)}" here. Choose another.`)] : [];
  return { items: [about, model, ...gone], isSteppedConfig: true };
}

const NOTHING =
  "There are no metrics here that you may see. Ask whoever runs the metrics server for a role that its policies name.";

function offerIfThere(catalog: Catalog, source: ConfiguredSource): Offer | null {
  try {
    return offerOf(catalog, source);
  } catch (thrown) {
    if (thrown instanceof Refusal) return null;
    throw thrown;
  }
}

function modelItem(catalog: Catalog): Select {
  const models = offeredModels(catalog).map(({ name, label }) => ({ label, value: name }));
  const saved = [...catalog.savedQueries.values()].map(({ name, label }) => ({
    label: `Saved query: ${label}`,
    value: SAVED + name,
  }));
  return select("SELECT_SINGLE", "model", "Model or saved query", "What the rows are about.", [...models, ...saved], {
    isDynamic: true,
  });
}

function itemsOf(catalog: Catalog, { groups, metrics }: Offer): readonly ConfigItem[] {
  const measures = metrics.map((metric) => {
    const isCertified = certificationOf(catalog, metric) === "certified";
    return { label: isCertified ? `${metric.label} (certified)` : metric.label, value: metric.name };
  });
  const times = timesAmong(groups).map((name) => {
    const time = groups.find(({ kind, groupBy }) => kind === "time" && groupBy.name === name);
    const label = time?.field.label.split(", ")[0] ?? name;
    return { label: name === METRIC_TIME ? "Time of each metric" : `${label} (${time?.field.group})`, value: name };
  });
  const currencies = CURRENCY_CODES.map((code) => ({ label: code, value: code }));
  return [
    checkbox("certifiedOnly", "Certified metrics only", "Leaves out what is not certified, now and later."),
    ...(measures.length === 0
      ? []
      : [select("SELECT_MULTIPLE", "metrics", "Metrics", "None chosen: all of them.", measures)]),
    ...(times.length === 0
      ? []
      : [
          select("SELECT_SINGLE", "timeDimension", "Date ranges are about", "Else the time of each metric.", times, {
            allowOverride: true,
          }),
        ]),
    select(
      "SELECT_SINGLE",
      "currency",
      "Currency of amounts that name none",
      "Only the sign: nothing is converted.",
      currencies,
      { allowOverride: true },
    ),
    checkbox(
      "decompose",
      "Ratios as formulas",
      "Ratios of two sums stay right where a chart groups again. Two hidden fields are added for each.",
    ),
  ];
}

type Select = ConfigItem & { readonly type: "SELECT_SINGLE" | "SELECT_MULTIPLE" };

function info(name: string, text: string): ConfigItem {
  return { type: "INFO", name, text };
}

function select(
  type: "SELECT_SINGLE" | "SELECT_MULTIPLE",
  name: ConfigName,
  displayName: string,
  helpText: string,
  options: readonly { readonly label: string; readonly value: string }[],
  { isDynamic = false, allowOverride = false } = {},
): Select {
  return { type, name, displayName, helpText, options, isDynamic, allowOverride };
}

function checkbox(name: ConfigName, displayName: string, helpText: string): ConfigItem {
  return { type: "CHECKBOX", name, displayName, helpText, isDynamic: false, allowOverride: false };
}
