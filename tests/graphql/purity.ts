import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";
import { expect } from "vitest";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { type Api, startApi } from "./support.ts";

/** Parts of one page that ask about the same metric in different ways, as components of an app would. */
export interface View {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What it shows, as rows of cells. */
  // oxlint-disable-next-line no-explicit-any
  readonly cells: (data: any) => readonly (readonly Cell[])[];
  readonly expected: readonly (readonly Cell[])[];
}

type Cell = string | number | boolean | null;

export interface Page {
  readonly api: Api;
  readonly views: readonly View[];
  close(): Promise<void>;
}

/** The sample behind a server, and every view with what SQL by hand says that it shows. */
export async function openPage(): Promise<Page> {
  const url = `duckdb:${await ensureSample()}`;
  const api = await startApi("metrics", url);
  const warehouse = await openWarehouse(url);
  const views: View[] = [];
  for (const { sql, ...view } of [...VIEWS, await secondPage(api)]) {
    views.push({ ...view, expected: await byHand(warehouse, sql) });
  }
  return {
    api,
    views,
    async close() {
      await warehouse.close();
      await api.close();
    },
  };
}

type Asked = Omit<View, "expected"> & { readonly sql: string };

/** Lines of orders with the buyer of today; written against the raw tables. */
const LINES = `with lines as (
  select l.quantity, l.quantity * l.unit_price_usd - l.discount_usd as sales, o.status, c.region, c.segment,
    date_trunc('month', o.ordered_at at time zone 'UTC')::date as month
  from shop.order_lines l
  join shop.orders o on o.order_id = l.order_id
  left join shop.customers c on c.customer_id = o.customer_id)`;
const REVENUE_OF = "sum(sales) filter (where status = 'paid'";
const REVENUE = `${REVENUE_OF})`;
const UNITS = "sum(quantity) filter (where status = 'paid')";

const CARD = `query Card($timeRange: TimeRange) {
  orderLines(timeRange: $timeRange) { ... on OrderLinesConnection { nodes { id revenue } } } }`;
const TABLE = `query Table($where: OrderLinesFilter, $orderBy: [OrderLinesOrder!], $first: Int! = 100, $after: String) {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }], where: $where, orderBy: $orderBy, first: $first, after: $after) {
    ... on OrderLinesConnection { nodes { id key { customerRegion } revenue unitsSold grossMargin } pageInfo { endCursor } } } }`;
const ALIASED = `query Aliased {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }]) {
    ... on OrderLinesConnection { nodes { id key { region: customerRegion } unitsSold: revenue revenue: unitsSold } } } }`;
const MONTHS = `query Months {
  chart: orderLines(groupBy: [{ time: METRIC_TIME, grain: MONTH }, { dimension: CUSTOMER__REGION }],
    timeRange: { start: "2025-01-01", end: "2025-12-31" }) {
    ... on OrderLinesConnection { nodes { id key { metricTime { start } customerRegion } revenue } } } }`;

const YEAR = `timeRange: { start: "2025-01-01", end: "2025-12-31" }`;
const COMPARED = `query Compared($n: Int! = 2) {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }], ${YEAR}, first: $n) {
    ... on OrderLinesConnection {
      nodes { id key { customerRegion } ...Money }
      totals { ...Money } } } }
  fragment Money on OrderLinesRow {
    id revenue before: revenue(shift: { by: "P1Y" }) delta: revenue(shift: { by: "P1Y" }, calc: DELTA)
    small: revenue(where: { customerSegment: { eq: SMB } }) rank: revenue(calc: RANK) }`;
const TOP = `query Top {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }], ${YEAR}, top: { n: 1, by: REVENUE, other: true }) {
    ... on OrderLinesConnection { nodes { id isOther revenue } totals { id revenue } } } }`;
const BREAKDOWN = `query Breakdown {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }], ${YEAR}) {
    ... on OrderLinesConnection { nodes { id key { customerRegion } revenue
      breakdown(groupBy: [{ dimension: CUSTOMER__SEGMENT }]) { id key { customerSegment } revenue } } } } }`;
const NUMBERS = `query Numbers {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }]) {
    ... on OrderLinesConnection { nodes { id key { customerRegion } revenue(numbers: JSON) unitsSold(numbers: JSON) } } } }`;
const ALL_NUMBERS = `query AllNumbers {
  orderLines(groupBy: [{ dimension: CUSTOMER__REGION }], numbers: JSON) {
    ... on OrderLinesConnection { nodes { id key { customerRegion } revenue unitsSold } } } }`;

/** Revenue of 2025 by region, with the year before and the small customers' part. */
const YEARS = `${LINES}, years as (
    select region, ${REVENUE_OF} and year(month) = 2025) as now, ${REVENUE_OF} and year(month) = 2024) as before,
      ${REVENUE_OF} and year(month) = 2025 and segment = 'smb') as small
    from lines group by 1),
  ranked as (select *, rank() over (order by now desc) as place from years)`;

const TABLE_SQL = `${LINES} select region, ${REVENUE}, ${UNITS} from lines`;

// oxlint-disable-next-line no-explicit-any
const cardCells = (data: any) => data.orderLines.nodes.map(({ revenue }: Record<string, Cell>) => [revenue]);
// oxlint-disable-next-line no-explicit-any
const tableCells = (data: any) =>
  // oxlint-disable-next-line no-explicit-any
  data.orderLines.nodes.map(({ key, revenue, unitsSold }: any) => [key.customerRegion, revenue, unitsSold]);

const VIEWS: readonly Asked[] = [
  {
    name: "a card with the total",
    query: CARD,
    variables: {},
    cells: cardCells,
    sql: `${LINES} select ${REVENUE} from lines`,
  },
  {
    name: "a table by region",
    query: TABLE,
    variables: {},
    cells: tableCells,
    sql: `${TABLE_SQL} group by 1 order by 1 nulls last`,
  },
  {
    name: "the table sorted by revenue",
    query: TABLE,
    variables: { orderBy: [{ metric: "REVENUE", direction: "DESC" }] },
    cells: tableCells,
    sql: `${TABLE_SQL} group by 1 order by 2 desc`,
  },
  {
    name: "the table's first page",
    query: TABLE,
    variables: { first: 2 },
    cells: tableCells,
    sql: `${TABLE_SQL} group by 1 order by 1 nulls last limit 2`,
  },
  {
    name: "the table of one region",
    query: TABLE,
    variables: { where: { customerRegion: { eq: "EMEA" } } },
    cells: tableCells,
    sql: `${TABLE_SQL} where region = 'EMEA' group by 1`,
  },
  {
    name: "the table of one segment",
    query: TABLE,
    variables: { where: { customerSegment: { eq: "SMB" } } },
    cells: tableCells,
    sql: `${TABLE_SQL} where segment = 'smb' group by 1 order by 1 nulls last`,
  },
  {
    name: "the table with names swapped by aliases",
    query: ALIASED,
    variables: {},
    // oxlint-disable-next-line no-explicit-any
    cells: (data: any) => data.orderLines.nodes.map((row: any) => [row.key.region, row.unitsSold, row.revenue]),
    sql: `${TABLE_SQL} group by 1 order by 1 nulls last`,
  },
  {
    name: "the card of a year",
    query: CARD,
    variables: { timeRange: { start: "2025-01-01", end: "2025-12-31" } },
    cells: cardCells,
    sql: `${LINES} select ${REVENUE} from lines where year(month) = 2025`,
  },
  {
    name: "a table with the year before, a filtered metric, ranks and totals",
    query: COMPARED,
    variables: {},
    cells: (data) =>
      // oxlint-disable-next-line no-explicit-any
      [...data.orderLines.nodes, ...data.orderLines.totals].map(({ key, revenue, before, delta, small, rank }: any) => [
        key?.customerRegion ?? null,
        revenue,
        before,
        delta,
        small,
        rank,
      ]),
    sql: `${YEARS} select region, now, before, now - before, small, place from (
        select 1 as part, region, now, before, small, place from ranked where region in ('AMER', 'APAC')
        union all select 2, null, sum(now), sum(before), sum(small), 1 from ranked) order by part, region`,
  },
  {
    name: "the greatest region, all others as one row, and the total",
    query: TOP,
    variables: {},
    cells: (data) => [
      // oxlint-disable-next-line no-explicit-any
      ...data.orderLines.nodes.map(({ isOther, revenue }: any) => [isOther, revenue]),
      // oxlint-disable-next-line no-explicit-any
      ...data.orderLines.totals.map(({ revenue }: any) => [null, revenue]),
    ],
    sql: `${YEARS} select is_other, now from (
        select 1 as part, false as is_other, now from ranked where place = 1
        union all select 2, true, sum(now) from ranked where place > 1
        union all select 3, null, sum(now) from ranked) order by part`,
  },
  {
    name: "regions, and the segments behind each",
    query: BREAKDOWN,
    variables: {},
    cells: (data) =>
      // oxlint-disable-next-line no-explicit-any
      data.orderLines.nodes.flatMap(({ key, revenue, breakdown }: any) => [
        [key.customerRegion, null, revenue],
        // oxlint-disable-next-line no-explicit-any
        ...breakdown.map((row: any) => [key.customerRegion, row.key.customerSegment, row.revenue]),
      ]),
    sql: `${LINES} select region, segment, revenue from (
        select region, 1 as part, null as segment, ${REVENUE} as revenue from lines where year(month) = 2025 group by 1
        union all select region, 2, upper(segment), ${REVENUE} from lines where year(month) = 2025 group by region, segment)
      order by region nulls last, part, segment nulls last`,
  },
  {
    name: "the table with numbers for a chart",
    query: NUMBERS,
    variables: {},
    cells: tableCells,
    sql: `${LINES} select region, cast(${REVENUE} as double), cast(${UNITS} as double) from lines
      group by 1 order by 1 nulls last`,
  },
  {
    name: "the table with numbers throughout",
    query: ALL_NUMBERS,
    variables: {},
    cells: tableCells,
    sql: `${LINES} select region, cast(${REVENUE} as double), cast(${UNITS} as double) from lines
      group by 1 order by 1 nulls last`,
  },
  {
    name: "a chart by month and region",
    query: MONTHS,
    variables: {},
    cells: (data) =>
      // oxlint-disable-next-line no-explicit-any
      data.chart.nodes.map(({ key, revenue }: any) => [key.metricTime.start, key.customerRegion, revenue]),
    sql: `${LINES} select month, region, ${REVENUE} from lines where year(month) = 2025 group by 1, 2 order by 1, 2 nulls last`,
  },
];

/** Its cursor is known only once the first page is. */
async function secondPage(api: Api): Promise<Asked> {
  const { data } = await api.ask(TABLE, { first: 2 });
  return {
    name: "the table's second page",
    query: TABLE,
    variables: { first: 2, after: data.orderLines.pageInfo.endCursor },
    cells: tableCells,
    sql: `${TABLE_SQL} group by 1 order by 1 nulls last limit 2 offset 2`,
  };
}

async function byHand(warehouse: Warehouse, text: string): Promise<readonly (readonly Cell[])[]> {
  const rows = await readAll(await warehouse.execute({ text, values: [] }));
  expect(rows.length).toBeGreaterThan(0);
  return rows;
}

/** `fetch` that keeps what each answer says of each field. */
export function createWitness() {
  const said = new Map<string, Map<string, unknown>>();
  let fields = 0;
  return {
    /** Facts that were told with more than one value, which a normalised cache would mix up. */
    contradictions: () => [...said].filter(([, values]) => values.size > 1).map(([fact]) => fact),
    /** How often a fact was told again. */
    repeats: () => fields - said.size,
    fetch: async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, init);
      const text = await response.text();
      const { query, variables } = JSON.parse(typeof init?.body === "string" ? init.body : "");
      for (const [fact, value] of factsOf(query, variables ?? {}, JSON.parse(text).data)) {
        fields++;
        const values = said.get(fact) ?? new Map<string, unknown>();
        said.set(fact, values.set(JSON.stringify(value), value));
      }
      return new Response(text, { status: response.status, headers: response.headers });
    },
  };
}

/** `OrderLinesRow:abc.revenue({})` and the value, for each leaf of an answer: what a normalised cache files it under. */
function factsOf(
  query: string,
  variables: Record<string, unknown>,
  data: unknown,
): readonly (readonly [string, unknown])[] {
  const document = parse(query);
  const defaults = defaultsOf(document);
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const facts: [string, unknown][] = [];
  const visit = (set: SelectionSetNode | undefined, value: unknown, place: string): void => {
    if (Array.isArray(value)) return value.forEach((item, i) => visit(set, item, `${place}.${i}`));
    if (!set || !isRecord(value)) return void facts.push([place, value]);
    const own = typeof value["id"] === "string" ? `${String(value["__typename"])}:${value["id"]}` : place;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        const args = (selection.arguments ?? []).map((argument) => [
          argument.name.value,
          valueOf(argument.value, { ...defaults, ...variables }),
        ]);
        const asked = JSON.stringify(args.filter(([, given]) => given !== undefined));
        visit(selection.selectionSet, value[selection.alias?.value ?? name], `${own}.${name}(${asked})`);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const on = fragment?.typeCondition?.name.value;
      if (on === undefined || on === value["__typename"]) visit(fragment?.selectionSet, value, own);
    }
  };
  const operation = operationOf(document);
  visit(operation.selectionSet, data, "Query");
  return facts;
}

function valueOf(node: ValueNode, variables: Record<string, unknown>): unknown {
  return node.kind === Kind.VARIABLE ? variables[node.name.value] : valueFromASTUntyped(node, variables);
}

function defaultsOf(document: DocumentNode): Record<string, unknown> {
  return Object.fromEntries(
    (operationOf(document).variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error("The document has no operation");
  return operation;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
