import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/index.ts";
import { catalogFrom } from "./shop.ts";

const SHOP = join(import.meta.dirname, "../fixtures/shop");

/** The example shop with metrics of every kind over every kind: for questions made at random. */
export function oddShop(): Catalog {
  const files = readdirSync(SHOP, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  const texts = files.toSorted().map((file) => readFileSync(join(SHOP, file), "utf8"));
  return catalogFrom([...texts, ...oddMetrics()].join("\n---\n"));
}

/** Its rows, and such as real tables have: without a time, without a key, twice on one day, beyond the calendar. */
export function oddRows(): string {
  return `${readFileSync(join(SHOP, "seed.sql"), "utf8")}
insert into shop.orders values
  (9, null, 'c2', 80, 'ok'), (10, '2024-03-31', null, 90, null), (11, '2024-01-04', 'c2', 30, 'bad'),
  (12, '2023-11-30', 'c1', 5, 'ok'), (13, '2024-05-01', 'c4', -7, 'ok');
insert into shop.refunds values (4, 99, null, 'c2', 2), (5, 2, '2024-01-04', 'c1', null);
`;
}

const MEASURES = [
  "amount",
  "orders",
  "orders_with_amount",
  "average_amount",
  "buyers",
  "ok_orders",
  "smallest",
  "middle",
];

const VARIANTS = {
  plain: "",
  ok: "filter: status = 'ok'",
  spined: "join_to_timespine: true",
  filled: "join_to_timespine: true\nfill_nulls_with: 0",
  or_seven: "fill_nulls_with: 7",
};

const RUNNING = {
  of_3d: "window: 3 days",
  of_month: "grain_to_date: month\nperiod_agg: last",
  ever: "type: cumulative\nperiod_agg: average",
};

const EARLIER = { a_day: "offset_window: 1 day", a_month: "offset_window: 1 month", to_week: "offset_to_grain: week" };

function oddMetrics(): readonly string[] {
  const simple = MEASURES.flatMap((measure) =>
    Object.entries(VARIANTS).map(([variant, options]) => ({
      name: `odd_${measure}_${variant}`,
      body: `model: orders\nmeasure: ${measure}\n${options}`,
    })),
  );
  const running = simple.flatMap(({ name }) =>
    Object.entries(RUNNING).map(([kind, options]) => ({ name: `${name}_${kind}`, body: `input: ${name}\n${options}` })),
  );
  const earlier = [...simple, ...running.filter((_, i) => i % 4 === 0)].flatMap(({ name }) =>
    Object.entries(EARLIER).map(([kind, options]) => ({
      name: `${name}_${kind}`,
      body: `expr: coalesce(before, 0) - ${name}\ninputs: [{ metric: ${name}, as: before, ${options} }, ${name}]`,
    })),
  );
  const ratios = simple.map(({ name }) => ({
    name: `${name}_share`,
    body: `numerator: ${name}\ndenominator: refunded_or_zero`,
  }));
  return [...simple, ...running, ...earlier, ...ratios].map(
    ({ name, body }) => `metric: ${name}\ndescription: For questions made at random.\nowner: data\n${body}`,
  );
}
