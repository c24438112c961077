import type { Catalog, Metric } from "../../catalog/index.ts";
import { sameData } from "../../std/index.ts";
import type { Part } from "../fingerprint/fingerprint.ts";
import { readingFor } from "../fingerprint/fingerprints.ts";
import { type Shape, shapeOf } from "../fingerprint/shape.ts";
import type { Category, MetricChange } from "./change.ts";

/** What kinds of change the parts of one metric went through, told from what they hold. */
export function categoriesOf(
  base: Catalog,
  head: Catalog,
  before: Metric,
  after: Metric,
  parts: MetricChange["parts"],
): readonly Category[] {
  const has = (part: Part): boolean => parts[part] !== undefined;
  return [
    ...(has("value") ? (["value-changing"] as const) : []),
    ...(before.unit === after.unit ? [] : (["breaking"] as const)),
    ...(has("access") ? (["access-changing"] as const) : []),
    ...(has("shape") ? shapeCategories(shapeOf(readingFor(base), before), shapeOf(readingFor(head), after)) : []),
    ...(has("shape") && isOfferedOtherwise(before, after) ? [offerCategory(before, after)] : []),
    ...(has("meta") ? metaCategories(before, after) : []),
  ];
}

/** What is gone or different breaks those who ask for it; what is new does not. */
function shapeCategories(before: Shape, after: Shape): readonly Category[] {
  const found = new Set<Category>();
  if (!sameData(before.fixed, after.fixed)) found.add("breaking");
  if (before.grains.some((grain) => !after.grains.includes(grain))) found.add("breaking");
  if (after.grains.some((grain) => !before.grains.includes(grain))) found.add("additive");
  const now = new Map(after.options.map((option) => [option.name, option]));
  for (const option of before.options) {
    const same = now.get(option.name);
    now.delete(option.name);
    if (!same || same.type !== option.type || same.kind !== option.kind) {
      found.add("breaking");
      continue;
    }
    const [had, has] = [valuesOf(option), valuesOf(same)];
    if (had.some((value) => !has.includes(value))) found.add("breaking");
    else if (has.length > had.length) found.add("additive");
    if (!sameData(option.of, same.of)) found.add("value-changing");
  }
  if (now.size > 0) found.add("additive");
  return [...found];
}

/** Grains, and the values of an enum: without one every value may be asked for. */
function valuesOf({ grains, values }: Shape["options"][number]): readonly string[] {
  return [...grains.map((grain) => `grain ${grain}`), ...(values ?? []).map((value) => `value ${value}`)];
}

function isOfferedOtherwise(before: Metric, after: Metric): boolean {
  return before.lifecycle !== after.lifecycle || before.exposure !== after.exposure;
}

/** Who may ask for less than before is broken; to tell that something will end is not. */
function offerCategory(before: Metric, after: Metric): Category {
  const isWithdrawn =
    ["draft", "retired"].includes(after.lifecycle) && ["active", "deprecated"].includes(before.lifecycle);
  return isWithdrawn || EXPOSURES.indexOf(after.exposure) < EXPOSURES.indexOf(before.exposure)
    ? "breaking"
    : "governance";
}

const EXPOSURES: readonly Metric["exposure"][] = ["private", "internal", "public"];

function metaCategories(before: Metric, after: Metric): readonly Category[] {
  const governed = ({ owner, tier, certificationClaim, replacedBy, sunset }: Metric) => ({
    owner,
    tier,
    certificationClaim,
    replacedBy,
    sunset,
  });
  const prose = ({ label, description, tags, format }: Metric) => ({ label, description, tags, format });
  return [
    ...(sameData(governed(before), governed(after)) ? [] : (["governance"] as const)),
    ...(sameData(prose(before), prose(after)) ? [] : (["cosmetic"] as const)),
  ];
}
