import { type Catalog, certificationOf, type Metric } from "../catalog/index.ts";

interface Use {
  /** How Data Studio may aggregate it again. */
  readonly addsUp: "sum" | "formula" | "none";
  readonly needsTime: boolean;
}

/** What somebody who builds a chart has to know of a metric: descriptions are all that Data Studio shows them. */
export function describeMetric(catalog: Catalog, metric: Metric, { addsUp, needsTime }: Use): string {
  const { description, unit, owner } = metric;
  const owners = owner ? [...new Set([owner.business, owner.technical])].join(", ") : null;
  return [
    description,
    unit === null ? "" : `Unit: ${unit}.`,
    owners === null ? "No owner." : `Owner: ${owners}.`,
    trustIn(catalog, metric),
    needsTime ? "Needs a time in the chart, such as a field of the folder Time." : "",
    addsUp === "sum" ? "" : addsUp === "formula" ? FORMULA : CAVEAT,
    deprecationOf(metric),
  ]
    .filter((sentence) => sentence !== "")
    .join("\n");
}

const CAVEAT =
  "Does not add up: it is right at the groups that a chart asks for. Blends, calculated groupings and whatever else aggregates it again give wrong numbers.";

const FORMULA =
  "Sums and divides again wherever a chart groups again. In blends it does not: they make it a plain number.";

function trustIn(catalog: Catalog, metric: Metric): string {
  const status = certificationOf(catalog, metric);
  const expiresAt = catalog.certifications.get(metric.name)?.expiresAt ?? null;
  if (status === "none") return "Not certified.";
  return `Certification: ${status}${expiresAt === null ? "" : `, until ${expiresAt}`}.`;
}

function deprecationOf({ lifecycle, replacedBy, sunset }: Metric): string {
  if (lifecycle !== "deprecated") return "";
  const until = sunset === null ? "Deprecated." : `Deprecated, and gone after ${sunset}.`;
  return replacedBy === null ? `${until} Nothing replaces it.` : `${until} Use ${replacedBy} instead.`;
}
