import { type SampleTable, sampleTables } from "../../src/sample/index.ts";

type Value = string | number | null;
/** The cell of a row in the column of that name. */
type CellOf = (column: string) => Value;

/**
 * The sample company with one customer in seventy-five and what belongs to them, for an engine that joins every row with every
 * row. Guests, deleted customers and deleted products stay, in proportion; products that are not kept look deleted.
 */
export function smallSample(): readonly SampleTable[] {
  const tables = new Map(sampleTables().map((table) => [table.name, table]));
  const tableOf = (name: string): SampleTable => {
    const table = tables.get(name);
    if (!table) throw new Error(`The sample has no table ${name}.`);
    return table;
  };
  const keep = (name: string, isKept: (cell: CellOf) => boolean): void => {
    tables.set(name, filtered(tableOf(name), isKept));
  };
  const ids = (name: string, column: string, isWanted: (cell: CellOf) => boolean = () => true): ReadonlySet<Value> =>
    new Set(cellsOf(filtered(tableOf(name), isWanted), column));

  const isOfCustomer = (cell: CellOf) => oneIn(75, cell("customer_id"));
  for (const name of CUSTOMER_TABLES) keep(name, isOfCustomer);

  keep("shop.orders", (cell) => {
    return oneIn(75, cell("customer_id") ?? cell("order_id")) || isWhenClocksChange(cell("ordered_at"));
  });
  const orders = ids("shop.orders", "order_id");
  for (const name of ["shop.order_lines", "shop.returns"]) keep(name, (cell) => orders.has(cell("order_id")));
  keep("shop.payments", (cell) => {
    const isUnmatched = cell("order_id") === null;
    return isUnmatched ? oneIn(75, cell("payment_id")) : orders.has(cell("order_id"));
  });

  const returned = ids("shop.returns", "product_id");
  for (const name of ["shop.products", "shop.products_history"]) {
    keep(name, (cell) => returned.has(cell("product_id")) || oneIn(10, cell("product_id")));
  }
  keep("shop.calendar", (cell) => isLately(Number(cell("day")) * DAY_MS));
  keep("shop.inventory_daily", (cell) => oneIn(30, cell("product_id")));
  keep("shop.campaign_spend", (cell) => oneIn(25, cell("spent_on")));

  const isSeen = (cell: CellOf) => (cell("customer_id") === null ? oneIn(300, cell("visitor_id")) : isOfCustomer(cell));
  const visitors = ids("shop.events", "visitor_id", isSeen);
  keep("shop.events", (cell) => visitors.has(cell("visitor_id")));
  return [...tables.values()];
}

const CUSTOMER_TABLES = [
  "shop.customers",
  "shop.customers_history",
  "shop.subscriptions",
  "shop.subscription_changes",
  "shop.mrr_monthly",
];

function isWhenClocksChange(instant: Value): boolean {
  return CLOCK_CHANGES.some(([start, end]) => start <= Number(instant) && Number(instant) < end);
}

/** The last year of the data, and the week after. */
function isLately(instant: number): boolean {
  return Date.UTC(2025, 10, 1) <= instant && instant < Date.UTC(2026, 10, 8);
}

const DAY_MS = 86_400_000;

/** New York skips an hour, Berlin has one twice. */
const CLOCK_CHANGES = [
  [Date.UTC(2026, 2, 8, 6), Date.UTC(2026, 2, 8, 12)],
  [Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 3)],
] as const;

function oneIn(count: number, id: Value): boolean {
  return Number(id) % count === 0;
}

function filtered(table: SampleTable, isKept: (cell: CellOf) => boolean): SampleTable {
  return {
    ...table,
    rows: {
      *[Symbol.iterator]() {
        const places = placesOf(table);
        for (const row of table.rows) if (isKept((column) => row[places(column)] ?? null)) yield row;
      },
    },
  };
}

function* cellsOf(table: SampleTable, column: string): Iterable<Value> {
  const place = placesOf(table)(column);
  for (const row of table.rows) yield row[place] ?? null;
}

function placesOf(table: SampleTable): (column: string) => number {
  const places = new Map(table.columns.map(({ name }, index) => [name, index]));
  return (column) => {
    const place = places.get(column);
    if (place === undefined) throw new Error(`${table.name} has no column ${column}.`);
    return place;
  };
}
