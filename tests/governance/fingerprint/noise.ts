type Texts = Readonly<Record<string, string>>;

/** A change of the sample project's files, and a metric to look at. */
export interface TextEdit {
  readonly name: string;
  readonly metric: string;
  readonly change: (files: Texts) => Texts;
}

const REVENUE = "metrics/metric_revenue.yaml";
const ORDERS = "metrics/model_orders.yaml";
const RETURNS = "metrics/model_returns.yaml";
const SHARE = "metrics/metric_share.yaml";

/** Whatever may change without ending a certification; and what looks like that, but does not. */
export const NOISE: readonly TextEdit[] = [
  {
    name: "a comment and an empty line",
    metric: "revenue",
    change: inFile(REVENUE, (text) => `# Money in.\n\n${text}`),
  },
  { name: "carriage returns", metric: "revenue", change: everywhere((text) => text.replaceAll("\n", "\r\n")) },
  { name: "the order of YAML keys", metric: "stock", change: inFile("metrics/metric_stock.yaml", reversedKeys) },
  { name: "quotes in YAML", metric: "revenue", change: replaced(REVENUE, "unit: EUR", 'unit: "EUR"') },
  { name: "a file that moved", metric: "revenue", change: moved(REVENUE, "metrics/sales/revenue.yaml") },
  { name: "space in an expression", metric: "revenue", change: replaced(REVENUE, "status = 'paid'", "status='paid'") },
  { name: "case of keywords", metric: "revenue", change: replaced(REVENUE, "'DE' and is_big", "'DE' AND IS_BIG") },
  {
    name: "brackets that change nothing",
    metric: "revenue",
    change: replaced(REVENUE, "customer__country = 'DE' and is_big", "((customer__country) = 'DE') and (is_big)"),
  },
  {
    name: "the order of conditions that must all hold",
    metric: "revenue",
    change: replaced(REVENUE, "customer__country = 'DE' and is_big", "is_big and customer__country = 'DE'"),
  },
  {
    name: "conditions in a list and joined by AND",
    metric: "share",
    change: replaced(SHARE, "order__region = 'EU'", "(order__region = 'EU')"),
  },
  {
    name: "space, case, a comment and != in a model's SQL",
    metric: "returned",
    change: replaced(
      RETURNS,
      "select return_id, amount, reason from shop.returns where kind <> 'lost'",
      "SELECT return_id,amount , reason /* why */ FROM shop.Returns WHERE kind != 'lost';",
    ),
  },
  {
    name: "SQL that moved to a file of its own",
    metric: "returned",
    change: (files) => ({
      ...replaced(
        RETURNS,
        "sql: select return_id, amount, reason from shop.returns where kind <> 'lost'",
        "sql_file: r.sql",
      )(files),
      "metrics/r.sql":
        "-- What came back.\nselect return_id, amount, reason\nfrom shop.returns\nwhere kind <> 'lost'\n",
    }),
  },
  {
    name: "an input with another name",
    metric: "share",
    change: everywhere((text) => text.replaceAll("lateness", "slowness")),
  },
  {
    name: "an input with another alias",
    metric: "growth",
    change: everywhere((text) => text.replaceAll("before", "past")),
  },
  {
    name: "a model with another name",
    metric: "returned",
    change: everywhere((text) => text.replaceAll(/(model: )returns/g, "$1refunds")),
  },
  {
    name: "a dimension with another name",
    metric: "revenue",
    change: everywhere((text) => text.replaceAll("is_big", "is_large")),
  },
  {
    name: "a default spelled out",
    metric: "visit_count",
    change: appended("metrics/metric_visit_count.yaml", "join_to_timespine: false"),
  },
  { name: "prose", metric: "revenue", change: replaced(REVENUE, "What was paid.", "What customers paid.") },
  { name: "tags", metric: "revenue", change: replaced(REVENUE, "[money]", "[money, sales]") },
  { name: "an owner", metric: "revenue", change: replaced(REVENUE, "business: finance", "business: sales") },
  {
    name: "a new dimension",
    metric: "revenue",
    change: replaced(ORDERS, "dimensions:\n", "dimensions:\n  went_to: { expr: region }\n"),
  },
  {
    name: "a measure that nobody reads",
    metric: "revenue",
    change: replaced(ORDERS, "measures:\n", "measures:\n  spare: sum(discount)\n"),
  },
  { name: "how long answers are kept", metric: "revenue", change: replaced(REVENUE, "1 min", "2 min") },
  {
    name: "algebra: a division moved",
    metric: "returned",
    change: replaced("metrics/metric_returned.yaml", "amount / 4 * 100", "amount * 100 / 4"),
  },
  {
    name: "digits of a number",
    metric: "returned",
    change: replaced("metrics/metric_returned.yaml", "/ 4 *", "/ 4.0 *"),
  },
  {
    name: "case of a text",
    metric: "returned",
    change: replaced("metrics/metric_returned.yaml", "'Broken'", "'broken'"),
  },
  {
    name: "case of a quoted name in SQL",
    metric: "returned",
    change: replaced(RETURNS, "shop.returns", 'shop."Returns"'),
  },
  { name: "a text in a model's SQL", metric: "returned", change: replaced(RETURNS, "'lost'", "'LOST'") },
  {
    name: "a default of the project",
    metric: "returned",
    change: replaced("metrics/project.yaml", "time_zone: Europe/Berlin\n", ""),
  },
  { name: "another unit", metric: "revenue", change: replaced(REVENUE, "unit: EUR", "unit: USD") },
  {
    name: "a new grain",
    metric: "revenue",
    change: replaced("metrics/calendar_days.yaml", "sprint: sprint_start,", "sprint: sprint_start, half: half_start,"),
  },
];

function inFile(path: string, change: (text: string) => string): TextEdit["change"] {
  return (files) => {
    const text = files[path] ?? "";
    const after = change(text);
    if (after === text) throw new Error(`Nothing changed in ${path}:\n${text}`);
    return { ...files, [path]: after };
  };
}

function everywhere(change: (text: string) => string): TextEdit["change"] {
  return (files) => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)]));
}

function replaced(path: string, from: string, to: string): TextEdit["change"] {
  return inFile(path, (text) => text.replaceAll(from, to));
}

function appended(path: string, line: string): TextEdit["change"] {
  return inFile(path, (text) => `${text}${line}\n`);
}

function moved(from: string, to: string): TextEdit["change"] {
  return ({ [from]: text = "", ...files }) => ({ ...files, [to]: text });
}

/** The first key says what the document is, and stays. */
export function reversedKeys(text: string): string {
  const [first = "", ...others] = text.trimEnd().split("\n");
  return `${[first, ...others.toReversed()].join("\n")}\n`;
}
