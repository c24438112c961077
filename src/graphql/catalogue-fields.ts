import type { Catalog, Metric } from "../catalog/index.ts";
import { certificationOf, splitCoordinate } from "../catalog/index.ts";
import { compareText } from "../std/index.ts";
import type { Builder, PageInfo, SharedTypes } from "./builder.ts";
import type { CatalogueNode, CatalogueTypes } from "./catalogue.ts";
import { metricNode } from "./catalogue.ts";
import { userError } from "./errors.ts";
import { decodeId } from "./ids.ts";

interface MetricPage {
  readonly nodes: readonly (CatalogueNode & { kind: "metric" })[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

interface MetricSearch {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly search?: string | null | undefined;
  readonly certification?: readonly string[] | null | undefined;
  readonly owner?: string | null | undefined;
}

const MAX_METRICS = 500;

/** The root fields that read the catalogue. */
export function addCatalogueFields(
  builder: Builder,
  shared: SharedTypes,
  types: CatalogueTypes,
  catalog: Catalog,
): void {
  const MetricConnection = builder.objectRef<MetricPage>("MetricConnection").implement({
    fields: (t) => ({
      nodes: t.field({ type: [types.Metric], resolve: ({ nodes }) => nodes }),
      pageInfo: t.field({ type: shared.PageInfo, resolve: ({ pageInfo }) => pageInfo }),
      totalCount: t.exposeInt("totalCount"),
    }),
  });
  builder.queryFields((t) => ({
    node: t.field({
      type: types.Node,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => nodeById(catalog, id),
    }),
    metric: t.field({
      type: types.Metric,
      nullable: true,
      description: "A metric by name, `revenue` or `revenue@1`; with a version, that version.",
      args: { name: t.arg.string({ required: true }), version: t.arg.int() },
      resolve: (_, { name, version }) => {
        const id = splitCoordinate(name)?.id ?? metricNode(catalog, name)?.of.id ?? name;
        return metricNode(catalog, typeof version === "number" ? `${id}@${version}` : name);
      },
    }),
    metrics: t.field({
      type: MetricConnection,
      description: "Metrics by name. `search` looks in names, labels, descriptions and tags; `owner` is a team.",
      args: {
        first: t.arg.int({ defaultValue: 50, required: true }),
        after: t.arg.string(),
        search: t.arg.string(),
        certification: t.arg({ type: [types.CertStatus] }),
        owner: t.arg.string(),
      },
      resolve: (_, args) => metricPage(catalog, args),
    }),
    models: t.field({
      type: [types.Model],
      resolve: () => [...catalog.models.values()].map((of) => ({ kind: "model" as const, of })),
    }),
    savedQueries: t.field({
      type: [types.SavedQuery],
      resolve: () => [...catalog.savedQueries.values()].map((of) => ({ kind: "saved_query" as const, of })),
    }),
  }));
}

function nodeById(catalog: Catalog, id: string): CatalogueNode | null {
  const named = decodeId(id);
  if (!named) return null;
  switch (named.kind) {
    case "metric":
      return metricNode(catalog, named.name);
    case "model": {
      const of = catalog.models.get(named.name);
      return of ? { kind: "model", of } : null;
    }
    case "saved_query": {
      const of = catalog.savedQueries.get(named.name);
      return of ? { kind: "saved_query", of } : null;
    }
  }
}

function metricPage(catalog: Catalog, { first, after, search, certification, owner }: MetricSearch): MetricPage {
  if (first < 0 || first > MAX_METRICS) throw userError("INVALID_LIMIT", `first must be from 0 to ${MAX_METRICS}.`);
  const found = [...catalog.metrics.values()]
    .filter((metric) => !search || mentions(metric, search.toLowerCase()))
    .filter((metric) => !owner || metric.owner?.business === owner || metric.owner?.technical === owner)
    .filter((metric) => !certification || certification.includes(certificationOf(catalog, metric)))
    .sort((a, b) => compareText(a.name, b.name));
  const from = after ? found.filter((metric) => compareText(metric.name, nameAt(after)) > 0) : found;
  const nodes = from.slice(0, first).map((of) => ({ kind: "metric" as const, of }));
  return {
    nodes,
    totalCount: found.length,
    pageInfo: {
      hasNextPage: from.length > nodes.length,
      hasPreviousPage: from.length < found.length,
      startCursor: cursorOf(nodes.at(0)),
      endCursor: cursorOf(nodes.at(-1)),
    },
  };
}

function mentions({ name, label, description, tags }: Metric, search: string): boolean {
  return [name, label, description, ...tags].some((text) => text.toLowerCase().includes(search));
}

function cursorOf(node: CatalogueNode | undefined): string | null {
  return node ? Buffer.from(node.of.name).toString("base64url") : null;
}

function nameAt(cursor: string): string {
  return Buffer.from(cursor, "base64url").toString();
}
