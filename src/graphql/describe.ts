import type { Catalog, Metric } from "../catalog/index.ts";
import { additivityOf, certificationOf, isDefaultVersion } from "../catalog/index.ts";

/** What introspection says of a metric: clients see descriptions, not directives, so trust has to stand in them. */
export function describeMetric(catalog: Catalog, metric: Metric): string {
  const { label, unit, version, tier, owner, certificationClaim } = metric;
  const status = certificationOf(catalog, metric);
  const claim = certificationClaim === status ? "" : ` (claimed: ${certificationClaim})`;
  const facts = [
    `${label}${unit ? `, ${unit}` : ""}.`,
    `Version ${version}${isDefaultVersion(metric) ? "" : ` of ${metric.id}`}, certification ${status}${claim}.`,
    ...(tier ? [`Tier ${tier}.`] : []),
    owner ? `Owners ${[...new Set([owner.business, owner.technical])].join(", ")}.` : "No owner.",
    `${capital(additivityOf(metric))}.`,
  ];
  return [metric.description, facts.join(" ")].filter((line) => line !== "").join("\n\n");
}

/** Why a metric is deprecated and what to use; undefined while it is not. */
export function deprecationOf(metric: Metric): string | undefined {
  if (metric.lifecycle !== "deprecated") return undefined;
  const replacement = metric.replacedBy ? `Use ${metric.replacedBy}.` : "No replacement.";
  return metric.sunset ? `${replacement} Sunset ${metric.sunset}.` : replacement;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
