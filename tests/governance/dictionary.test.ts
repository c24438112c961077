import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { dictionaryOf } from "../../src/governance/index.ts";
import { type GovernedProject, governedProject } from "../support/governed-project.ts";
import { treeOf } from "./fingerprint/tree-of.ts";

const NOW = new Date("2026-11-21T08:00:00Z");

function pages(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const found = dictionaryOf(treeOf(Object.entries(files).map(([file, text]) => ({ path: file, text }))), NOW, null);
  if (!found) throw new Error("They do not load.");
  return found;
}

const ORDERS = `model: orders
table: shop.orders
columns: { order_id: int, amount: decimal, status: string }
entities: { order: { type: primary, key: order_id } }
dimensions: { status: { enum: [paid, open], description: Where the order stands. } }
`;
const REVENUE = `metric: revenue
label: Revenue
description: Money from orders. Less nothing.
owner: { business: finance, technical: platform }
unit: USD
tier: gold
model: orders
measure: sum(amount)
filter: status = 'paid'
tests:
  - test: open orders are left out
    given: { orders: [{ amount: 10.50, status: paid }, { amount: 5 }] }
    expect: [{ revenue: 10.50 }]
`;

describe("the data dictionary", () => {
  test("has a page for each metric, and an index that leads there", () => {
    const found = pages({
      "metrics/orders.yaml": ORDERS,
      "metrics/sales/revenue.yaml": REVENUE,
      "metrics/twice.yaml": "metric: twice\nexpr: revenue * 2\n",
    });
    expect([...found.keys()]).toEqual(["README.md", "metrics/revenue.md", "metrics/twice.md"]);
    expect(found.get("README.md")).toMatchInlineSnapshot(`
      "<!-- Written by assay docs. Edit the definitions instead. -->

      # Metrics

      2 metrics. Each page says what a metric means, how it is computed, who answers for it, and what it is made of.

      ## Others

      | Metric | What it is | Unit | Owner | Tier | Lifecycle | Certification |
      | --- | --- | --- | --- | --- | --- | --- |
      | [Twice](metrics/twice.md) |  |  |  |  | active | none |

      ## sales

      | Metric | What it is | Unit | Owner | Tier | Lifecycle | Certification |
      | --- | --- | --- | --- | --- | --- | --- |
      | [Revenue](metrics/revenue.md) | Money from orders. | USD | finance | gold | active | none |
      "
    `);
    expect(found.get("metrics/revenue.md")).toMatchInlineSnapshot(`
      "<!-- Written by assay docs. Edit the definitions instead. -->

      # Revenue

      Money from orders. Less nothing.

      |  |  |
      | --- | --- |
      | Name | \`revenue\`, version 1 |
      | Computed as | \`sum(amount) of orders\` |
      | Only where | \`order__status = 'paid'\` |
      | Unit | USD |
      | Shown as | currency |
      | Business owner | finance |
      | Technical owner | platform |
      | Tier | gold |
      | Lifecycle | active |
      | Exposure | internal |
      | Where there is nothing | null |
      | Defined in | \`metrics/sales/revenue.yaml\` |
      | Fingerprint | \`fp/1:sha256:24af013c2d11f7802169ce46bd63a929ef1ea1c584328b45099f8b01664371ef\` |

      ## Certification

      Nothing was signed for this metric.

      ## By what it can be asked

      It has no time.

      | Dimension | Type | What it is | Values |
      | --- | --- | --- | --- |
      | \`order\` | key | Order |  |
      | \`order__status\` | string | Where the order stands. | paid, open |

      **Part of** [Twice](twice.md).

      ## Lineage

      \`\`\`mermaid
      flowchart LR
        subgraph n3["orders"]
          n1["amount"]
          n2["status"]
        end
        n4(["revenue@1"])
        n1 -->|aggregation| n4
        n2 -.->|filter| n4
      \`\`\`

      | Model | Rows from | Column | Read for |
      | --- | --- | --- | --- |
      | \`orders\` | \`shop.orders\` | \`amount\` | DIRECT/AGGREGATION |
      | \`orders\` | \`shop.orders\` | \`status\` | INDIRECT/FILTER |

      ## Examples

      ### open orders are left out

      Given \`orders\`:

      | amount | status |
      | --- | --- |
      | 10.5 | paid |
      | 5 | *null* |

      Answer:

      | revenue |
      | --- |
      | 10.5 |

      ## SQL

      As the operator sees it, by the default grain; row policies add to it.

      <details><summary>DuckDB</summary>

      \`\`\`sql
      with orders_rows as (
        select
          orders.amount
        from shop.orders as orders
        where orders.status = $1
      ),
      revenue_totals as (
        select
          sum(amount) as revenue
        from orders_rows
      )
      select
        revenue
      from revenue_totals
      -- $1 = "paid"
      \`\`\`

      </details>

      <details><summary>PostgreSQL</summary>

      \`\`\`sql
      with orders_rows as (
        select
          orders.amount
        from shop.orders as orders
        where orders.status = $1
      ),
      revenue_totals as (
        select
          sum(amount) as revenue
        from orders_rows
      )
      select
        revenue
      from revenue_totals
      -- $1 = "paid"
      \`\`\`

      </details>

      <details><summary>BigQuery</summary>

      \`\`\`sql
      with orders_rows as (
        select
          orders.amount
        from shop.orders as orders
        where orders.status = @p1
      ),
      revenue_totals as (
        select
          sum(amount) as revenue
        from orders_rows
      )
      select
        revenue
      from revenue_totals
      -- @p1 = "paid"
      \`\`\`

      </details>
      "
    `);
    expect(found.get("metrics/twice.md")).toContain("**Made of** [Revenue](revenue.md).");
    expect(found.get("metrics/revenue.md")).toContain("**Part of** [Twice](twice.md).");
  });

  test("every link leads to a page", () => {
    const found = pages({
      "metrics/orders.yaml": ORDERS,
      "metrics/revenue.yaml": REVENUE,
      "metrics/old.yaml": `${REVENUE.replaceAll("revenue", "old")}lifecycle: deprecated\nreplaced_by: revenue\nsunset: 2027-01-31\n`,
    });
    expect(found.get("metrics/old.md")).toContain(
      "> **This metric is deprecated.** It stays until 2027-01-31. Use [Revenue](revenue.md) instead.",
    );
    const links = [...found].flatMap(([page, text]) =>
      [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => path.join(path.dirname(page), link)),
    );
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !found.has(link))).toEqual([]);
  });

  test("what authors write is text: no markup, link, row or fence of theirs", () => {
    const found = pages({
      "metrics/orders.yaml": ORDERS.replace(
        "Where the order stands.",
        "'a | b\\n# c [x](http://e.example) <img src=x> @team'",
      ),
      "metrics/revenue.yaml": REVENUE.replace("label: Revenue", 'label: "**Re](x)venue** <script>"').replace(
        "filter: status = 'paid'",
        "filter: \"status = '`|```'\"",
      ),
    });
    const page = found.get("metrics/revenue.md") ?? "";
    expect(page).toMatch(/^# \\\*\\\*Re\\\]\\\(x\\\)venue\\\*\\\* &lt;script\\>$/m);
    expect(page).toContain("| Only where | ````order__status = '`\\|```'```` |");
    expect(page).not.toMatch(/<img|<script|http:\/\/|(?<!\\)\]\(http|@team/);
    expect(found.get("README.md")).not.toMatch(/<script/);
    // A fence of three backticks in the SQL is inside a longer one.
    expect(page.match(/^`{4,}sql$/gm)?.length).toBe(3);
  });

  test("the same definitions on the same day give the same letters, in whatever order they are read", () => {
    const files = { "metrics/orders.yaml": ORDERS, "metrics/revenue.yaml": REVENUE };
    const turned = Object.fromEntries(Object.entries(files).toReversed());
    expect([...pages(turned)]).toEqual([...pages(files)]);
  });

  test("says what was signed, by whom, and what it is worth today", async () => {
    const project = await governedProject();
    await docs(project);
    const page = project.read("dictionary/metrics/net_revenue.md");
    expect(page).toMatch(/\*\*certified\*\* until \d{4}-\d\d-\d\d\. Owners and council signed it in event 1/);
    expect(page).toMatch(/^\| 1 \| certify \| 2026-11-20 \| .* alice .*finance/m);
    project.edit("metrics/finance/revenue.yaml", "status = 'paid'\n", "status <> 'placed'\n");
    expect((await docs(project, "--check")).code).toBe(1);
    await docs(project);
    expect(project.read("dictionary/metrics/revenue.md")).toMatch(/\*\*stale\*\* until .* its value changed/);
    expect(project.read("dictionary/README.md")).toMatch(/\(metrics\/revenue\.md\).*\| stale \|/);
    expect(project.read("dictionary/README.md")).toMatch(/\(metrics\/refunds\.md\).*\| certified \|/);
  });
});

describe("assay docs", () => {
  test("writes pages that it then finds up to date, and tells which are not", async () => {
    const project = await governedProject();
    const empty = await docs(project, "--check");
    expect(empty).toMatchObject({ code: 1 });
    expect(empty.stdout.split("\n")).toContain(path.join(project.folder, "dictionary/metrics/revenue.md"));
    expect(existsSync(path.join(project.folder, "dictionary"))).toBe(false);
    expect((await docs(project)).stderr).toContain("Wrote 8 pages of 8, removed 0.");
    expect(await docs(project, "--check")).toMatchObject({ code: 0, stdout: "" });
    expect((await docs(project)).stderr).toContain("Wrote 0 pages of 8, removed 0.");
    const page = path.join(project.folder, "dictionary/metrics/revenue.md");
    writeFileSync(page, readFileSync(page, "utf8").replaceAll("\n", "\r\n"));
    expect(await docs(project, "--check")).toMatchObject({ code: 0 });
    project.edit("metrics/finance/revenue.yaml", "The revenue of the shop.", "What it sells.");
    expect(await docs(project, "--check")).toMatchObject({
      code: 1,
      stdout: ["README.md", "metrics/revenue.md"]
        .map((name) => `${path.join(project.folder, "dictionary", name)}\n`)
        .join(""),
    });
  });

  test("removes its pages of metrics that are gone, and nothing else", async () => {
    const project = await governedProject();
    await docs(project);
    project.write({ "metrics/web/visits.yaml": null, "dictionary/metrics/notes.md": "# Ours\n" });
    const late = await docs(project, "--check", "--format", "json");
    expect(JSON.parse(late.stdout)).toEqual({
      upToDate: false,
      written: false,
      differing: ["README.md"],
      removed: ["metrics/visits.md"],
    });
    await docs(project);
    const left = readdirSync(path.join(project.folder, "dictionary/metrics"));
    expect(left).toContain("notes.md");
    expect(left).not.toContain("visits.md");
  });

  test("does not write over what it did not write", async () => {
    const project = await governedProject();
    mkdirSync(path.join(project.folder, "dictionary"));
    project.write({ "dictionary/README.md": "# Ours\n" });
    const refused = await docs(project);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("was not written by assay docs");
    expect(readdirSync(path.join(project.folder, "dictionary"))).toEqual(["README.md"]);
  });

  test("has to be told where to, and needs definitions that load", async () => {
    const project = await governedProject();
    expect(await project.assay("docs")).toMatchObject({ code: 2, stdout: "" });
    project.write({ "metrics/web/visits.yaml": "metric: visits\n" });
    const broken = await docs(project);
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr).toContain("metrics/web/visits.yaml:1:");
  });
});

function docs(project: GovernedProject, ...flags: readonly string[]) {
  const out = path.join(project.folder, "dictionary");
  return project.assay("docs", "--out", out, "--now", "2026-11-21", ...flags);
}
