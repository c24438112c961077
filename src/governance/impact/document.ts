import { canonicalJson, isObject, sha256 } from "../../std/index.ts";
import { lastEvent } from "../act/draft.ts";
import type { MetricImpact } from "../report/report.ts";
import type { GovernedTree } from "../tree.ts";
import type { Compared } from "./compare.ts";
import type { Impact } from "./measure.ts";

/** Without the numbers: by how much each of them changes, to a tenth of a per cent. */
export function redacted(impact: Impact): Impact {
  const hide = <T extends Compared>(one: T): T => ({
    ...one,
    before: null,
    after: null,
    change: one.change === null ? null : Math.round(one.change * 1_000) / 1_000,
  });
  return {
    ...impact,
    grains: impact.grains.map(({ grain, rows }) => ({ grain, rows: rows.map(hide) })),
    movers: impact.movers && { ...impact.movers, rows: impact.movers.rows.map(hide) },
    personas: impact.personas.map(({ persona, rows, value, periods }) => ({
      persona,
      rows: hide(rows),
      value: hide(value),
      periods: periods.map((one) => ({ ...one, rows: hide(one.rows), value: hide(one.value) })),
    })),
  };
}

/** The periods with closed books whose numbers differ, finest grain first. */
export function restatedBy({ grains }: Impact): readonly string[] {
  const restated = grains.flatMap(({ grain, rows }) =>
    rows.flatMap(({ group, isChanged, isClosed }) => (isChanged && isClosed ? [`${grain} ${group}`] : [])),
  );
  return restated;
}

/** A file of evidence: where it lies, and what it says. Its name is the digest of its content. */
export function evidenceFile(impact: Impact): {
  readonly digest: string;
  readonly path: string;
  readonly text: string;
} {
  const document = documentOf(impact);
  const canonical = canonicalJson(document);
  const hex = sha256(canonical);
  const text = `${JSON.stringify(JSON.parse(canonical), null, 2)}\n`;
  return { digest: `sha256:${hex}`, path: `governance/evidence/${hex}.json`, text };
}

/** `metrics-impact/1`. Numbers are texts, so that every reader of JSON takes them for the same. */
export function documentOf(impact: Impact): Readonly<Record<string, unknown>> {
  return {
    schema: "metrics-impact/1",
    metric: impact.metric,
    before: impact.before,
    after: impact.after,
    unit: impact.unit,
    generated: impact.generated,
    warehouse: impact.warehouse,
    statement: impact.statement,
    books_closed_through: impact.booksClosedThrough,
    grains: impact.grains.map(({ grain, rows }) => ({
      grain,
      rows: rows.map(({ group, isClosed, ...row }) => ({ period: group, closed: isClosed, ...comparedDocument(row) })),
    })),
    movers: impact.movers && {
      dimension: impact.movers.dimension,
      rows: impact.movers.rows.map(({ group, ...row }) => ({ value: group, ...comparedDocument(row) })),
    },
    personas: impact.personas.map(({ persona, rows, value, periods }) => ({
      persona,
      rows: comparedDocument(rows),
      value: comparedDocument(value),
      periods: periods.map((one) => ({
        period: one.group,
        rows: comparedDocument(one.rows),
        value: comparedDocument(one.value),
      })),
    })),
    restates: restatedBy(impact),
  };
}

function comparedDocument({ before, after, change, isChanged, isWithheld }: Compared): object {
  return {
    before,
    after,
    change: change === null ? null : String(change),
    changed: isChanged,
    ...(isWithheld && { withheld: true }),
  };
}

/**
 * Evidence that lies in the tree and is about the change that is to be certified: to today's fingerprint, from the one
 * before. Digests by metric.
 *
 * @param base Where the change began; null: what was certified last counts for that.
 */
export function evidenceOfImpact(tree: GovernedTree, base: GovernedTree | null): ReadonlyMap<string, string> {
  const found = new Map<string, { readonly digest: string; readonly generated: string }>();
  for (const document of impactDocuments(tree)) {
    const { metric, before, after, generated, digest } = document;
    const today = tree.fingerprints.get(metric)?.certified;
    const former = base
      ? (base.fingerprints.get(metric)?.certified ?? null)
      : (lastEvent(tree, metric)?.event.fingerprint ?? before);
    if (after !== today || before !== former || before === after) continue;
    const known = found.get(metric);
    if (!known || known.generated < generated) found.set(metric, { digest, generated });
  }
  return new Map([...found].map(([metric, { digest }]) => [metric, digest]));
}

interface ImpactDocument {
  readonly digest: string;
  readonly metric: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly generated: string;
}

/** Those whose content is what their names say. */
function impactDocuments({ files }: GovernedTree): readonly ImpactDocument[] {
  return [...files.values()].flatMap(({ path, text }) => {
    const [, hex] = /^governance\/evidence\/([0-9a-f]{64})\.json$/.exec(path) ?? [];
    if (hex === undefined) return [];
    try {
      const data: unknown = JSON.parse(text);
      if (!isObject(data) || data["schema"] !== "metrics-impact/1" || sha256(canonicalJson(data)) !== hex) return [];
      const { metric, before = null, after = null, generated } = data;
      if (typeof metric !== "string" || typeof generated !== "string") return [];
      if (!isHash(before) || !isHash(after)) return [];
      return [{ digest: `sha256:${hex}`, metric, before, after, generated }];
    } catch {
      return [];
    }
  });
}

function isHash(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

/** As a report tells of it: the finest grain. */
export function reportOfImpact(impact: Impact): MetricImpact {
  const { grain, rows } = impact.grains[0] ?? { grain: "all", rows: [] };
  const told = ({ before, after, change, isChanged }: Compared) => ({ before, after, change, isChanged });
  return {
    metric: impact.metric,
    unit: impact.unit,
    grain,
    rows: rows.map((row) => ({ period: row.group ?? "", isClosed: row.isClosed, ...told(row) })),
    movers: impact.movers && {
      dimension: impact.movers.dimension,
      rows: impact.movers.rows.map((row) => ({ value: row.group, ...told(row) })),
    },
    personas: impact.personas.map(({ persona, rows: seen, periods }) => ({
      persona,
      ...told(seen),
      periods: periods.map(({ group, value }) => ({ period: group ?? "", ...told(value) })),
    })),
  };
}
