import { type Catalog, coordinateOf, type Metric, type Source } from "../../catalog/index.ts";
import { type EdgeKind, type Lineage, type LineageEdge, WHOLE_MODEL } from "./graph.ts";

/** For people: the metric, what it names below it, and so on down to columns. A metric that came before is not unfolded again. */
export function lineageText(catalog: Catalog, { metric, edges }: Lineage): string {
  const own = Map.groupBy(edges, ({ from }) => from);
  const told = new Set<string>();
  const below = (name: string, margin: string): readonly string[] => {
    if (told.has(name)) return [];
    told.add(name);
    const branches = branchesOf(catalog, own.get(name) ?? []);
    return branches.flatMap(({ label, metric: input, leaves }, i) => {
      const isLast = i === branches.length - 1;
      const inner = margin + (isLast ? "   " : "│  ");
      const again = input !== null && told.has(input) ? "  (above)" : "";
      return [
        `${margin}${isLast ? "└─" : "├─"} ${label}${again}`,
        ...leaves.map((leaf, j) => `${inner}${j === leaves.length - 1 ? "└─" : "├─"} ${leaf}`),
        ...(input === null ? [] : below(input, inner)),
      ];
    });
  };
  return [named(catalog, metric), ...below(metric, "")].map((line) => `${line}\n`).join("");
}

interface Branch {
  readonly label: string;
  /** null: a model. */
  readonly metric: string | null;
  readonly leaves: readonly string[];
}

function branchesOf(catalog: Catalog, edges: readonly LineageEdge[]): readonly Branch[] {
  const metrics = edges.flatMap((edge) => (edge.to === "metric" ? [edge] : []));
  const columns = edges.flatMap((edge) => (edge.to === "column" ? [edge] : []));
  const models = [...Map.groupBy(columns, ({ model }) => model)].map(([model, read]): Branch => {
    const byColumn = [...Map.groupBy(read, ({ column }) => column)];
    const width = Math.max(...byColumn.map(([column]) => column.length));
    return {
      label: `${model}  (${sourceOf(catalog, model)})`,
      metric: null,
      leaves: byColumn.map(([column, kinds]) => `${column.padEnd(width)}  ${kinds.map(({ kind }) => kind).join(", ")}`),
    };
  });
  return [
    ...metrics.map((edge) => ({
      label: `${named(catalog, edge.metric)}  ${edge.kind}`,
      metric: edge.metric,
      leaves: [],
    })),
    ...models,
  ];
}

function named({ metrics }: Catalog, name: string): string {
  const metric = metrics.get(name);
  return metric ? coordinateOf(metric) : `${name}@1`;
}

/** Where the rows of a model come from: `shop.orders`, or the file of the author's SQL. */
export function sourceOf({ models }: Catalog, model: string): string {
  const source: Source | undefined = models.get(model)?.source;
  if (!source) return model;
  return source.kind === "table" ? source.path.join(".") : `SQL in ${source.file}`;
}

/** For programs. */
export function lineageJson(catalog: Catalog, metric: Metric, lineage: Lineage): object {
  const models = new Set(lineage.columns.map(({ model }) => model));
  return {
    metric: metric.name,
    version: metric.version,
    edges: lineage.edges.map((edge) => ({
      from: edge.from,
      to: edge.to === "metric" ? { metric: edge.metric } : { model: edge.model, column: edge.column },
      ...transformation(edge.kind),
    })),
    models: [...models].map((model) => ({ model, source: sourceOf(catalog, model) })),
    columns: lineage.columns.map(({ model, column, kind, depth, path }) => ({
      model,
      column,
      ...transformation(kind),
      depth,
      path,
    })),
  };
}

function transformation(kind: EdgeKind): { readonly type: string; readonly subtype: string } {
  const [type = "", subtype = ""] = kind.split("/");
  return { type, subtype };
}

/** A flow chart: columns by model to the left, the metric to the right; dashed arrows are indirect. */
export function lineageMermaid(catalog: Catalog, { metric, edges, columns }: Lineage): string {
  const ids = new Map<string, string>();
  const idOf = (key: string): string => {
    const known = ids.get(key) ?? `n${ids.size + 1}`;
    ids.set(key, known);
    return known;
  };
  const metrics = [...new Set([metric, ...edges.flatMap((edge) => (edge.to === "metric" ? [edge.metric] : []))])];
  const models = [...Map.groupBy(columns, ({ model }) => model)].flatMap(([model, read]) => {
    const names = [...new Set(read.map(({ column }) => column))];
    const boxes = names.map((column) => `    ${idOf(`${model}.${column}`)}["${label(columnLabel(column))}"]`);
    return [`  subgraph ${idOf(`model ${model}`)}["${label(model)}"]`, ...boxes, "  end"];
  });
  const boxes = metrics.map((name) => `  ${idOf(name)}(["${label(named(catalog, name))}"])`);
  // Several kinds between two things share an arrow.
  const arrows = [...Map.groupBy(edges, (edge) => `${idOf(keyOf(edge))} ${idOf(edge.from)}`)].map(([pair, shared]) => {
    const [from, to] = pair.split(" ");
    const kinds = shared.map(({ kind }) => kind);
    const isDirect = kinds.some((kind) => kind.startsWith("DIRECT/"));
    const words = kinds.map((kind) => (kind.split("/")[1] ?? kind).toLowerCase().replaceAll("_", " ")).join(", ");
    return `  ${from} ${isDirect ? "-->" : "-.->"}|${words}| ${to}`;
  });
  return ["flowchart LR", ...models, ...boxes, ...arrows].map((line) => `${line}\n`).join("");
}

function columnLabel(column: string): string {
  return column === WHOLE_MODEL ? "all rows" : column;
}

function keyOf(edge: LineageEdge): string {
  return edge.to === "metric" ? edge.metric : `${edge.model}.${edge.column}`;
}

/** Names of columns are the warehouse's own: no quote, bracket or line of them may end a label. */
function label(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.,:@()/-]/gu, (mark) => `#${mark.codePointAt(0)};`);
}
