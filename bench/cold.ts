import { Client } from "pg";
import { post } from "./load.ts";
import { asker, inTurn, type Latency, underLoad } from "./measure.ts";
import { ONE_DAY, type Question, THIRTY_DAYS } from "./questions.ts";
import type { Figure } from "./report.ts";
import { type Asked, openDirect, statementOf, userOf } from "./sides.ts";

/** Of this run alone: Cube may remember what an earlier one asked. */
let asked = (Math.floor(Date.now() / 1_000) % 1_000_000) * 1_000;

/** Questions that were never asked: by each side over HTTP, and the same SQL through `pg`. */
export async function measureMisses(databaseUrl: string, sides: readonly Asked[]) {
  const direct = await openDirect(databaseUrl);
  const inMilliseconds = async (question: Question, counts: { readonly warmUp: number; readonly turns: number }) => {
    const askers = await Promise.all(
      sides.map((side) => asker(side.door, () => post(side.door, side.body(question, ++asked)))),
    );
    return inTurn([() => direct.ask(question, ++asked), ...askers], counts);
  };
  // First, so that all of them are warm when they are asked one at a time.
  const loaded = await underLoad(
    sides.map((side) => ({
      ...side,
      milliseconds: 1_500,
      next: () => post(side.door, side.body(ONE_DAY, ++asked)),
    })),
    16,
  );
  const day = await inMilliseconds(ONE_DAY, { warmUp: 50, turns: 200 });
  const month = await inMilliseconds(THIRTY_DAYS, { warmUp: 10, turns: 60 });
  await direct.close();
  const [least, assay] = day;
  const [leastOfMonth, assayOfMonth] = month;
  if (!least || !assay || !leastOfMonth || !assayOfMonth) throw new Error("There are two sides at least.");
  const allowed = Math.max(1, leastOfMonth.p50 * 0.05);
  const ofSide = (latencies: readonly Latency[], name: string) =>
    [{ name: "SQL through pg" }, ...sides].flatMap((side, i): readonly Figure[] => [
      { name: `${name}, ${side.name}, p50`, value: latencies[i]?.p50 ?? 0, unit: "ms", target: null, better: "lower" },
      { name: `${name}, ${side.name}, p99`, value: latencies[i]?.p99 ?? 0, unit: "ms", target: null, better: "lower" },
    ]);
  const figures: readonly Figure[] = [
    overhead("cache miss of one day, Assay over SQL through pg, p50", assay.p50 - least.p50, 1),
    overhead("cache miss of 30 days, Assay over SQL through pg, p50", assayOfMonth.p50 - leastOfMonth.p50, allowed),
    ...sides.slice(1).map((side, i) => {
      const name = `cache miss of one day, ${side.name} over SQL through pg, p50`;
      return overhead(name, (day[i + 2]?.p50 ?? 0) - least.p50, null);
    }),
    ...ofSide(day, "cache miss of one day"),
    ...ofSide(month, "cache miss of 30 days"),
    ...sides.flatMap(({ name }, i): readonly Figure[] => {
      const { perSecond = 0, cpuUs = 0 } = loaded[i] ?? {};
      const title = `cache misses of one day, 16 clients, ${name}`;
      return [
        { name: title, value: perSecond, unit: "req/s", target: null, better: "higher" },
        { name: `${title}, CPU of one`, value: cpuUs, unit: "µs", target: null, better: "lower" },
      ];
    }),
  ];
  const names = ["SQL through pg", ...sides.map(({ name }) => name)];
  return { figures, names, day, month };
}

function overhead(name: string, value: number, target: number | null): Figure {
  return { name, value, unit: "ms", target, better: "lower" };
}

/** What a row guard costs in the warehouse, beside the same condition written into the question. */
export async function measureGoverned(databaseUrl: string): Promise<Figure> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const guarded = userOf("guarded", { status: "completed" });
  const [governed, ungoverned] = await inTurn(
    [
      (turn) => client.query(statementOf(guarded, THIRTY_DAYS, turn + 1)),
      (turn) => client.query(statementOf(userOf("analyst"), THIRTY_DAYS, turn + 1, ["order__status = 'completed'"])),
    ],
    { warmUp: 5, turns: 40 },
  );
  await client.end();
  if (!governed || !ungoverned) throw new Error("There are two sides.");
  const name = "SQL with a row guard over the same condition in the question, p50";
  return { name, value: governed.p50 / ungoverned.p50, unit: "ratio", target: 1.2, better: "lower" };
}
