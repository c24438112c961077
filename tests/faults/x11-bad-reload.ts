import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Fault } from "./fault.ts";
import {
  type Assay,
  atLeast,
  definitions,
  never,
  none,
  startAssay,
  startDatabase,
  startLoad,
  until,
} from "./support.ts";

const METRICS = 200;

export const fault: Fault = {
  id: "X11",
  name: "Definitions that do not load",
  injection: `\`assay serve --watch\` on ${METRICS} files of metrics, under 100 questions a second: one is made invalid, one is cut in half, all are emptied, one of ${METRICS} names what is not there; each time sound files take their place by rename`,
  promise:
    "Nobody notices: the definitions from before are served on. The log and `/graphql/whoami` say which file and line is wrong, `/metrics` counts it, and the next sound ones are served.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const sound = { ...definitions({ cache: "{ ttl: 10 min }" }), ...manyMetrics() };
    const assay = open.adopt(
      await startAssay({ warehouse: database.url, definitions: sound, flags: ["--watch"] }),
      (it) => it.remove(),
    );
    const right = (await assay.ask({ metrics: ["revenue"] })).rows;
    const before = (await stateOf(assay)).catalogVersion;
    const load = startLoad(100, (n) =>
      assay.ask({ metrics: [n % 10 === 0 ? "live_revenue" : `revenue_${n % METRICS}`], limit: 1 + (n % 3) }),
    );
    const half = sound["m7.yaml"] ?? "";
    const changes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      invalid: { "m3.yaml": "metric: [\n" },
      "half-written": { "m7.yaml": half.slice(0, half.length / 2) },
      empty: Object.fromEntries(Object.keys(sound).map((name) => [name, ""])),
      "one of many": { "m199.yaml": half.replace("measure: revenue", "measure: revenu") },
    };
    const unnoticed: string[] = [];
    const placeless: string[] = [];
    const swapped: string[] = [];
    for (const [name, files] of Object.entries(changes)) {
      const logged = assay.log().length;
      write(assay, files);
      await until(async () => (await stateOf(assay)).definitionsProblem !== null);
      const { definitionsProblem, catalogVersion } = await stateOf(assay);
      // Where there is nothing at all, there is no line.
      if (name !== "empty" && !/\w+\.yaml:\d+:\d+ /.test(definitionsProblem ?? "")) placeless.push(name);
      if (catalogVersion !== before) swapped.push(name);
      if (!assay.log().slice(logged).includes("do not load")) unnoticed.push(name);
      replace(assay, sound);
      await until(async () => (await stateOf(assay)).definitionsProblem === null);
    }
    const refused = (await assay.numbers()).get('assay_reloads_total{outcome="refused"}') ?? 0;
    write(assay, { "m0.yaml": (sound["m0.yaml"] ?? "").replace("Money", "All the money") });
    await until(async () => (await stateOf(assay)).catalogVersion !== before);
    const samples = await load.stop();
    return [
      none("questions that failed", samples, ({ rows }) => rows === null),
      none("questions answered wrongly", samples, ({ rows }) => JSON.stringify(rows) !== JSON.stringify(right)),
      never("times that other definitions were served", swapped.length),
      never("times without file and line", placeless.length),
      never("times without a line in the log", unnoticed.length),
      atLeast(Object.keys(changes).length, "", "refused reloads that are counted", refused),
    ];
  },
};

function manyMetrics(): Readonly<Record<string, string>> {
  const files = Array.from({ length: METRICS }, (_, i) => [
    `m${i}.yaml`,
    `metric: revenue_${i}\ndescription: Money from orders.\nowner: shop\nmodel: orders\nmeasure: revenue\n`,
  ]);
  return Object.fromEntries(files);
}

function write(assay: Assay, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(assay.metrics, name), text);
}

/** As editors and git do it. */
function replace(assay: Assay, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(assay.metrics, name);
    writeFileSync(`${file}.part`, text);
    renameSync(`${file}.part`, file);
  }
}

interface State {
  readonly catalogVersion: string;
  readonly definitionsProblem: string | null;
}

async function stateOf(assay: Assay): Promise<State> {
  return JSON.parse((await assay.send("GET", "/graphql/whoami")).text);
}
