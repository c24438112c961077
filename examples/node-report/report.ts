/**
 * Prints revenue by month beside the year before, with the total as the warehouse says it:
 *
 *   node report.ts --from 2026-01-01 --to 2026-06-30 --region EMEA
 *
 * ASSAY_URL is the server's address (default http://localhost:4000/graphql), ASSAY_TOKEN a token if it wants one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { GraphQLClient, gql } from "graphql-request";

const { values: flags } = parseArgs({
  options: { from: { type: "string" }, to: { type: "string" }, region: { type: "string" } },
});
const { ASSAY_URL = "http://localhost:4000/graphql", ASSAY_TOKEN } = process.env;
const client = new GraphQLClient(ASSAY_URL, {
  headers: ASSAY_TOKEN === undefined ? {} : { authorization: `Bearer ${ASSAY_TOKEN}` },
});

// Aliases ask for one metric in several ways; all of them are one statement in the warehouse.
const REPORT = gql`
  query Report($where: OrderLinesFilter, $timeRange: TimeRange, $after: String) {
    orderLines(
      groupBy: [{ time: METRIC_TIME, grain: MONTH }]
      where: $where
      timeRange: $timeRange
      first: 6
      after: $after
    ) {
      ... on OrderLinesConnection {
        nodes {
          key {
            metricTime {
              label
            }
          }
          ...Money
        }
        totals {
          ...Money
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      ... on QueryPending {
        queryId
        pollAfterMs
      }
      ... on QueryRefused {
        code
        message
      }
    }
  }
  fragment Money on OrderLinesRow {
    revenue
    lastYear: revenue(shift: { by: "P1Y" })
    growth: revenue(shift: { by: "P1Y" }, calc: DELTA_RATIO)
  }
`;

const PROGRESS = gql`
  query Progress($queryId: ID!) {
    queryResult(queryId: $queryId) {
      pending {
        pollAfterMs
      }
      refusal {
        code
        message
      }
    }
  }
`;

/** Amounts are text: they have more digits than a number holds. */
interface Money {
  readonly revenue: string | null;
  readonly lastYear: string | null;
  readonly growth: string | null;
}

interface Page {
  readonly nodes: readonly (Money & { readonly key: { readonly metricTime: { readonly label: string } | null } })[];
  readonly totals: readonly Money[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Pending {
  readonly queryId: string;
  readonly pollAfterMs: number;
}

interface Refused {
  readonly code: string;
  readonly message: string;
}

const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat("en", { style: "percent", signDisplay: "always", maximumFractionDigits: 1 });

const variables = {
  where: flags.region === undefined ? null : { customerRegion: { eq: flags.region } },
  timeRange: { start: flags.from ?? null, end: flags.to ?? null },
};

try {
  const lines: string[][] = [["Month", "Revenue", "Year before", "Change"]];
  let total: Money | undefined;
  for (let after: string | null = null, isLast = false; !isLast; ) {
    const { nodes, totals, pageInfo }: Page = await page(after);
    for (const { key, ...money } of nodes) lines.push([key.metricTime?.label ?? "–", ...cellsOf(money)]);
    total = totals[0];
    after = pageInfo.endCursor;
    isLast = !pageInfo.hasNextPage;
  }
  if (total) lines.push(["Total", ...cellsOf(total)]);
  console.log(aligned(lines));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** One page of months. A slow answer is waited for under its id; asking again then finds it. */
async function page(after: string | null): Promise<Page> {
  for (;;) {
    const { orderLines } = await client.request<{ orderLines: Page | Pending | Refused }>(REPORT, {
      ...variables,
      after,
    });
    if ("nodes" in orderLines) return orderLines;
    if ("code" in orderLines) throw new Error(`${orderLines.code}: ${orderLines.message}`);
    await answered(orderLines);
  }
}

async function answered({ queryId, pollAfterMs }: Pending): Promise<void> {
  for (let waitMs: number | null = pollAfterMs; waitMs !== null; ) {
    await sleep(waitMs);
    const { queryResult } = await client.request<{
      queryResult: { pending: Pending | null; refusal: Refused | null };
    }>(PROGRESS, { queryId });
    if (queryResult.refusal) throw new Error(`${queryResult.refusal.code}: ${queryResult.refusal.message}`);
    waitMs = queryResult.pending?.pollAfterMs ?? null;
  }
}

function cellsOf({ revenue, lastYear, growth }: Money): string[] {
  return [amount(revenue), amount(lastYear), growth === null ? "–" : percent.format(Number(growth))];
}

/** Every digit: `Intl.NumberFormat` takes decimal text as it is. */
function amount(text: string | null): string {
  return text === null ? "–" : money.format(text as `${number}`);
}

/** Text to the left in the first column, numbers to the right in the others. */
function aligned(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const written = lines.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("   "),
  );
  return written.join("\n");
}
