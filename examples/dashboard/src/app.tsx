import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { DASHBOARD } from "./documents.ts";
import type { DashboardQueryVariables } from "./gql/graphql.ts";
import { Cards, Chart, Table } from "./parts.tsx";

const RANGES: Readonly<Record<string, DashboardQueryVariables["timeRange"]>> = {
  "Last 12 months": { last: { n: 12, unit: "MONTH" } },
  "This year": { toDate: "YEAR" },
  "2025": { start: "2025-01-01", end: "2025-12-31" },
};
const REGIONS = ["AMER", "APAC", "EMEA"] as const;

export function App({ range: first = "Last 12 months" }: { readonly range?: string }) {
  const [range, setRange] = useState(first);
  const [region, setRegion] = useState("");
  const chosen = REGIONS.find((name) => name === region);
  // The page asks once; in the warehouse it is one statement.
  const { data, previousData, error, startPolling, stopPolling } = useQuery(DASHBOARD, {
    variables: {
      timeRange: RANGES[range] ?? {},
      where: chosen ? { customerRegion: { eq: chosen } } : null,
    },
    // A cell without an answer is null and says why; the others stay.
    errorPolicy: "all",
  });
  // Asking again joins the question that is still running.
  const pending = [data?.cards, data?.months, data?.regions, data?.customers].find(
    (answer) => answer?.__typename === "QueryPending",
  );
  const pollAfterMs = pending?.__typename === "QueryPending" ? pending.pollAfterMs : null;
  useEffect(() => {
    if (pollAfterMs === null) return;
    startPolling(pollAfterMs);
    return stopPolling;
  }, [pollAfterMs, startPolling, stopPolling]);

  const shown = data ?? previousData;
  return (
    <main aria-busy={data === undefined}>
      <header>
        <h1>Sales</h1>
        <Choice label="Region" value={region} onChange={setRegion} options={["", ...REGIONS]} />
        <Choice label="Time" value={range} onChange={setRange} options={Object.keys(RANGES)} />
      </header>
      {error && (
        <p role="alert" className="panel down">
          {error.message.split("\n")[0]}
        </p>
      )}
      <Cards answer={shown?.cards} />
      <Chart answer={shown?.months} />
      <div className="grid">
        <Table<"customers"> title="Customers" answer={shown?.customers} nameOf={({ key }) => key.customerName} />
        <Table<"regions"> title="Regions" answer={shown?.regions} nameOf={({ key }) => key.customerRegion} />
      </div>
    </main>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map((option) => (
        <option key={option} value={option}>
          {option || "All regions"}
        </option>
      ))}
    </select>
  );
}
