import type { ReactNode } from "react";
import { amount, change, count, percent, points, short } from "./format.ts";
import type { CellsFragment, DashboardQuery, PendingFragment, RefusedFragment } from "./gql/graphql.ts";

/** What every part of the page says until it has rows: that it waits, for how long, or why there are none. */
function Panel<C extends AnyRows>({ title, answer, children }: PanelProps<C>) {
  return (
    <section className="panel">
      <h2>{title}</h2>
      {contentOf(answer, children)}
    </section>
  );
}

interface PanelProps<C extends AnyRows> {
  readonly title: string;
  readonly answer: Answer<C> | undefined;
  readonly children: (rows: C) => ReactNode;
}

/** What a part of the page's question comes to: rows, more of which each part selects for itself, or none. */
type Answer<C extends AnyRows> = C | PendingFragment | RefusedFragment;
type AnyRows = { readonly __typename: "OrderLinesConnection"; readonly nodes: readonly unknown[] };
type RowsOf<Part extends keyof DashboardQuery> = Extract<DashboardQuery[Part], AnyRows>;
type RowOf<Part extends keyof DashboardQuery> = RowsOf<Part>["nodes"][number];

function contentOf<C extends AnyRows>(answer: Answer<C> | undefined, children: PanelProps<C>["children"]): ReactNode {
  switch (answer?.__typename) {
    case undefined:
      return <p className="note">Loading …</p>;
    case "QueryPending":
      return <p className="note">The warehouse is still at it: {answer.stage} …</p>;
    case "QueryRefused":
      return (
        <p role="alert">
          {answer.message} <code>{answer.code}</code>
        </p>
      );
    case "OrderLinesConnection":
      return answer.nodes.length === 0 ? <p className="note">Nothing was sold.</p> : children(answer);
  }
}

export function Cards({ answer }: { readonly answer: Answer<RowsOf<"cards">> | undefined }) {
  const card = (
    title: string,
    show: (row: RowOf<"cards">) => readonly [value: string, delta: string, isUp: boolean],
  ) => (
    <Panel title={title} answer={answer}>
      {({ nodes: [row] }) => {
        const [value, delta, isUp] = row ? show(row) : ["–", "–", false];
        return (
          <>
            <div className="value">{value}</div>
            <span className={isUp ? "up" : "down"}>{delta}</span> <span className="note">on the year before</span>
          </>
        );
      }}
    </Panel>
  );
  return (
    <div className="grid">
      {card("Revenue", (row) => [amount(row.revenue), change(row.revenueGrowth), isUp(row.revenueGrowth)])}
      {card("Units sold", (row) => [count(row.unitsSold), change(row.unitsGrowth), isUp(row.unitsGrowth)])}
      {card("Gross margin", (row) => [percent(row.grossMargin), points(row.marginDelta), isUp(row.marginDelta)])}
    </div>
  );
}

function isUp(delta: string | number | null): boolean {
  return Number(delta) >= 0;
}

const [WIDTH, HEIGHT, FOOT] = [960, 240, 22];

/** Bars of the months, and a line for the same months a year before. */
export function Chart({ answer }: { readonly answer: Answer<RowsOf<"months">> | undefined }) {
  return (
    <Panel title="Revenue by month, beside the year before" answer={answer}>
      {({ nodes: rows }) => {
        const top = Math.max(1, ...rows.flatMap(({ revenue, lastYear }) => [Number(revenue), Number(lastYear)]));
        const step = WIDTH / rows.length;
        const y = (value: string | number | null) => (HEIGHT - FOOT) * (1 - Number(value) / top);
        const line = rows.map(({ lastYear }, i) => `${(i + 0.5) * step},${y(lastYear)}`).join(" ");
        return (
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Revenue by month">
            {rows.map(({ id, key, revenue }, i) => (
              <g key={id}>
                <title>{`${key.metricTime?.label}: ${short(revenue)}`}</title>
                <rect
                  className="bar"
                  x={(i + 0.15) * step}
                  y={y(revenue)}
                  width={step * 0.7}
                  height={HEIGHT - FOOT - y(revenue)}
                  rx="3"
                />
                <text x={(i + 0.5) * step} y={HEIGHT - 6} textAnchor="middle">
                  {key.metricTime?.label.slice(2)}
                </text>
              </g>
            ))}
            <polyline className="before" points={line} />
          </svg>
        );
      }}
    </Panel>
  );
}

type Tabular = "customers" | "regions";

interface TableProps<Part extends Tabular> {
  readonly title: string;
  readonly answer: Answer<RowsOf<Part>> | undefined;
  readonly nameOf: (row: RowOf<Part>) => string | null;
}

/** The greatest, all others together, and the total: each of them as the warehouse says it. */
export function Table<Part extends Tabular>({ title, answer, nameOf }: TableProps<Part>) {
  const cells = ({ revenue, share, growth }: CellsFragment) => (
    <>
      <td>{amount(revenue)}</td>
      <td>{percent(share)}</td>
      <td className={isUp(growth) ? "up" : "down"}>{change(growth)}</td>
    </>
  );
  return (
    <Panel title={title} answer={answer}>
      {({ nodes: rows, totals }) => (
        <table>
          <thead>
            <tr>
              <th />
              <th>Revenue</th>
              <th>Share</th>
              <th>Year on year</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.isOther ? "Other" : (nameOf(row) ?? "Unknown")}</th>
                {cells(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            {totals.map((row) => (
              <tr key={row.id}>
                <th scope="row">Total</th>
                {cells(row)}
              </tr>
            ))}
          </tfoot>
        </table>
      )}
    </Panel>
  );
}
