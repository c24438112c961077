import { nearest } from "../../std/index.ts";
import { COMMON_KEYS, KEYS_OF_TYPE, METRIC_TYPES, type MetricType } from "../schema/metric.ts";
import { at, keyAt } from "../tree.ts";
import { inWords } from "../validate.ts";
import { type Build, complain, contradiction } from "./build.ts";

/** The type that the keys of a metric agree on; null, and a diagnostic, where they contradict each other or say nothing. */
export function metricType(build: Build): MetricType | null {
  const written = writtenType(build);
  if (written === "unknown") return null;
  const telling = [...build.tree.entries.keys()].filter((key) => typesOf(key).length > 0);
  let types: readonly MetricType[] = written ? [written] : METRIC_TYPES;
  for (const [n, key] of telling.entries()) {
    const left = types.filter((type) => typesOf(key).includes(type));
    if (left.length === 0) {
      const rival = telling.slice(0, n).find((other) => !typesOf(other).some((type) => typesOf(key).includes(type)));
      const because = `"${key}" belongs to ${aMetric(typesOf(key))}, this is ${aMetric(types)}`;
      contradiction(build, [], [written ? "type" : (rival ?? telling[0] ?? key), key], because);
      return null;
    }
    types = left;
  }
  const [type, second] = types;
  if (type && !second) return type;
  complainUnclear(build);
  return null;
}

function typesOf(key: string): readonly MetricType[] {
  return METRIC_TYPES.filter((type) => KEYS_OF_TYPE[type].has(key));
}

/** `type: ratio` where it is written. */
function writtenType(build: Build): MetricType | "unknown" | null {
  if (!build.tree.entries.has("type")) return null;
  const node = at(build.tree, "type");
  const type = METRIC_TYPES.find((name) => name === node.data);
  if (type) return type;
  if (typeof node.data === "string") {
    complain(build, node, "definition/unknown-value", { owner: '"type"', value: node.data, known: METRIC_TYPES });
  } else {
    const params = { owner: '"type"', expected: `one of ${METRIC_TYPES.join(", ")}`, found: inWords(node), help: null };
    complain(build, node, "definition/wrong-type", params);
  }
  return "unknown";
}

/** No key tells the type. If one looks like a misspelt key that would, that is the problem. */
function complainUnclear(build: Build): void {
  const known = [...new Set([...COMMON_KEYS, "alias_of", ...METRIC_TYPES.flatMap((type) => [...KEYS_OF_TYPE[type]])])];
  const misspelt = [...build.tree.entries.keys()].filter(
    (key) => !known.includes(key) && nearest(key, known).length > 0,
  );
  for (const key of misspelt)
    complain(build, keyAt(build.tree, key), "definition/unknown-key", {
      key,
      owner: build.owner,
      known,
      hasValue: true,
    });
  if (misspelt.length === 0) {
    complain(build, at(build.tree, "metric"), "definition/metric-type-unclear", { owner: build.owner });
  }
}

function aMetric(types: readonly MetricType[]): string {
  return `a ${types.join(" or ")} metric`;
}
