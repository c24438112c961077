/**
 * The shop that the Data Studio tests are about: sums, counts and whatever does not add up, seven dimensions and more,
 * and a catalog that cuts days in New York.
 */
export const DEFINITIONS = `
project: shop
time_zone: America/New_York
claims: { regions: { list: string } }
---
calendar: days
table: days
column: day
grain: day
custom_grains: { fiscal_quarter: { column: fiscal_quarter, label: Fiscal quarter } }
---
model: orders
description: One row an order.
owner: data
table: orders
primary_key: id
time: ordered_at
columns:
  id: int
  ordered_at: timestamptz
  shipped_on: date
  region: string
  channel: string
  priority: int
  discount: decimal
  is_gift: boolean
  customer_id: string
  amount: decimal
  cost: decimal
entities: { order: primary, customer: { type: foreign, key: customer_id } }
dimensions:
  ordered_at: { type: time, grain: second }
  shipped_on: { type: time, grain: day }
  region:
  channel: { description: Where it came from. }
  priority:
  discount:
  is_gift:
measures:
  amount: sum
  cost: sum
  orders: count(*)
  gifts: { agg: sum_boolean, expr: is_gift }
  buyers: count_distinct(customer_id)
  median_amount: median(amount)
  mean_amount: average(amount)
  top_amount: max(amount)
---
model: customers
description: One row a customer.
owner: data
table: customers
primary_key: customer_id
columns: { customer_id: string, segment: string, born_on: date }
entities: { customer: primary }
dimensions: { segment: , born_on: { type: time, grain: day } }
measures: { people: count(*) }
---
model: balances
description: What each account held at the end of a day; not every account reports each day.
owner: data
table: balances
primary_key: [account, day]
primary_entity: balance
time: on_day
columns: { account: string, day: date, amount: decimal }
entities: { account: { type: foreign, key: account } }
dimensions: { on_day: { type: time, grain: day, expr: day }, book: { expr: account } }
measures:
  closing: { agg: sum, expr: amount, non_additive: { dimension: on_day, choice: max } }
---
model: budgets
description: What was planned, by month.
owner: data
table: budgets
primary_key: [month, region]
primary_entity: budget
time: of_month
columns: { month: date, region: string, amount: decimal }
dimensions: { of_month: { type: time, grain: month, expr: month }, region: }
measures: { planned: { agg: sum, expr: amount } }
---
model: tags
description: Words that have no time.
owner: data
table: tags
primary_key: tag
columns: { tag: string, weight: int }
entities: { tag: primary }
dimensions: { tag_name: { expr: tag } }
measures: { weight: sum }
---
${[
  ["revenue", "model: orders\nmeasure: amount\nformat: currency\nunit: USD\ncache: { ttl: 10 min }"],
  ["cost", "model: orders\nmeasure: cost"],
  ["orders", "model: orders\nmeasure: orders\nformat: integer\ncache: { ttl: 1 min }"],
  ["gifts", "model: orders\nmeasure: gifts"],
  ["buyers", "model: orders\nmeasure: buyers"],
  ["median_amount", "model: orders\nmeasure: median_amount"],
  ["mean_amount", "model: orders\nmeasure: mean_amount"],
  ["top_amount", "model: orders\nmeasure: top_amount"],
  ["cost_share", "numerator: cost\ndenominator: revenue\nformat: percent"],
  ["revenue_so_far", "type: cumulative\ninput: revenue\nperiod_agg: last"],
  ["revenue_7d", "input: revenue\nwindow: 7 days\nperiod_agg: last"],
  ["revenue_a_month_ago", "expr: earlier\ninputs: [{ metric: revenue, as: earlier, offset_window: 1 month }]"],
  ["people", "model: customers\nmeasure: people"],
  ["closing_balance", "model: balances\nmeasure: closing"],
  ["budget", "model: budgets\nmeasure: planned"],
  ["weight", "model: tags\nmeasure: weight"],
]
  .map(([name, rest]) => `metric: ${name}\ndescription: Of the shop.\nowner: data\n${rest}`)
  .join("\n---\n")}
---
saved_query: emea
description: What EMEA sells.
metrics: [revenue, buyers]
group_by: [metric_time__month, order__channel]
filter: order__region = 'EMEA'
order_by: [{ name: revenue, direction: desc }]
limit: 3
---
saved_query: board
description: Sales beside balances.
metrics: [revenue, closing_balance]
group_by: [metric_time__month, metric_time__day]
---
policy: orders
roles:
  analyst: { rows: all, fields: all }
  regional: { rows: region in (claim('regions')), fields: all }
  clerk: { rows: all, fields: { except: [cost, region] } }
---
${["customers", "balances", "budgets", "tags"]
  .map((model) => {
    const role = "{ rows: all, fields: all }";
    return `policy: ${model}\nroles: { analyst: ${role}, regional: ${role}, clerk: ${role} }`;
  })
  .join("\n---\n")}
`;

/** What people write, and what an engine may take for something else. */
export const CHANNELS: readonly (string | null)[] = [
  "web",
  "WEB",
  "O'Brien",
  "100%",
  "1000",
  "a_b",
  "axb",
  "C:\\temp\\new",
  'say "hi"',
  "{{ Dimension('order__region') }}",
  "-- comment",
  "'; drop table orders; --",
  "cost $5.00",
  "cost $5x00",
  "line\nbreak",
  "Zürich 😀",
  "",
  null,
];

/** Days that partial months, the ends of ISO years and a change of clocks turn on, with hours in UTC. */
const MOMENTS = [
  "2025-12-31T12:00:00",
  "2026-01-01T04:30:00", // still 2025 in New York
  "2026-01-15T09:00:00",
  "2026-02-10T10:00:00",
  "2026-02-28T23:30:00",
  "2026-03-01T03:00:00", // still February
  "2026-03-08T06:30:00", // before clocks change
  "2026-03-08T07:30:00", // and after
  "2026-03-15T12:00:00",
  "2026-03-31T23:59:59",
  "2026-04-01T03:59:59", // still March
  "2026-04-20T16:00:00",
  "2026-12-27T18:00:00",
  "2026-12-28T18:00:00",
  "2026-12-29T03:00:00",
  "2026-12-31T20:00:00",
  "2027-01-01T04:59:59", // still 2026
  "2027-01-01T05:00:00",
  "2027-01-03T14:05:09",
  "2027-01-04T04:59:00", // still the third, a Sunday
  "2027-01-04T05:00:00",
  "2027-01-09T01:00:00",
];

const REGIONS = ["EMEA", "APAC", "AMER", null];
const CUSTOMERS = ["c1", "c2", "c3", "c4", "orphan", null];

type Value = string | number | boolean | null;

/** The tables, as SQL that both engines read; each statement ends with a semicolon at the end of a line. */
export function seed(): string {
  const ordered = Array.from({ length: 132 }, (_, i): readonly Value[] => {
    const moment = MOMENTS[i % MOMENTS.length] ?? "";
    const day = new Date(`${moment}Z`);
    day.setUTCDate(day.getUTCDate() + (i % 4));
    return [
      i + 1,
      `${moment}+00`,
      i % 7 === 3 ? null : day.toISOString().slice(0, 10),
      REGIONS[(i * 7 + Math.floor(i / 22)) % 4] ?? null,
      CHANNELS[(i * 5) % CHANNELS.length] ?? null,
      i % 9 === 4 ? null : (i * 3) % 5,
      i % 11 === 6 ? null : ((i * 13) % 40) / 100,
      i % 5 === 2 ? null : i % 3 === 0,
      CUSTOMERS[(i * 11) % 6] ?? null,
      i % 23 === 9 ? null : ((i * 7919) % 20011) / 100,
      ((i * 104729) % 9007) / 100,
    ];
  });
  const days = daysBetween("2025-01-01", "2027-12-31");
  return [
    `create table orders (id int, ordered_at timestamp with time zone, shipped_on date, region text, channel text, priority int,
       discount decimal(4,2), is_gift boolean, customer_id text, amount decimal(12,2), cost decimal(12,2))`,
    `insert into orders values ${rowsOf(ordered)}`,
    "create table customers (customer_id text, segment text, born_on date)",
    "insert into customers values ('c1', 'big', '1990-05-17'), ('c2', 'small', '1985-12-31'), ('c3', null, null), ('c4', 'big', '2001-02-28')",
    "create table balances (account text, day date, amount decimal(12,2))",
    `insert into balances values ${rowsOf(
      days
        .filter((day) => day > "2026-01-25")
        .flatMap((day, i) => [
          ...(i % 3 === 0 ? [] : [["a1", day, (i * 37) % 500]]),
          ...(i % 5 === 1 ? [["a2", day, (i * 91) % 700]] : []),
        ]),
    )}`,
    "create table budgets (month date, region text, amount decimal(12,2))",
    `insert into budgets values ${rowsOf(
      days
        .filter((day) => day.endsWith("-01") && day.startsWith("2026"))
        .flatMap((day, i) => [
          [day, "EMEA", 100 + i],
          [day, "APAC", 50 + 2 * i],
        ]),
    )}`,
    "create table tags (tag text, weight int)",
    "insert into tags values ('x', 1), ('y', 2), (null, 4)",
    "create table days (day date, fiscal_quarter date)",
    `insert into days values ${rowsOf(days.map((day) => [day, fiscalQuarter(day)]))}`,
  ]
    .map((statement) => `${statement};\n`)
    .join("");
}

/** Quarters that begin in February. */
function fiscalQuarter(day: string): string {
  // Months since the year 0, January being 0.
  const first = Math.floor((Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 2) / 3) * 3 + 1;
  return `${Math.floor(first / 12)}-${String((first % 12) + 1).padStart(2, "0")}-01`;
}

export function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

function rowsOf(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => `(${row.map(literal).join(", ")})`).join(",\n");
}

function literal(value: Value): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
