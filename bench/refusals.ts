/**
 * `npm run bench:refusals [-- --json FILE]`: what requests of 256 KB cost `assay serve` that it must refuse, by processor time of the
 * server and by what its memory grows with one (T15 of the reference): documents, filters and values as somebody would send them who wants
 * to keep it busy.
 */
import { type Assay, definitions, startAssay, startDatabase } from "../tests/faults/support.ts";
import { cpuMs, rssMb } from "./process.ts";
import { type Figure, reportFigures } from "./report.ts";

const BYTES = 256 * 1_024;
const TIMES = 20;

const ask = (input: object): string =>
  JSON.stringify({
    query: "query ($input: MetricQueryInput!) { query(input: $input) { rows } }",
    variables: { input: { metrics: ["revenue"], ...input } },
  });
const document = (query: string): string => JSON.stringify({ query });
/** As many as fit, numbered so that no two are equal. */
function list<T>(part: (i: number) => T): readonly T[] {
  const parts: T[] = [];
  for (let bytes = 2_048; bytes < BYTES; bytes += JSON.stringify(parts.at(-1)).length + 1)
    parts.push(part(parts.length));
  return parts;
}
const many = (part: (i: number) => string): string => list(part).join("");
const nested = (open: string, close: string): string => {
  const depth = Math.floor((BYTES - 2_048) / (open.length + close.length));
  return open.repeat(depth) + close.repeat(depth);
};

/** Each is sent with a number that makes it another every time. */
const REQUESTS: Readonly<Record<string, (n: number) => string>> = {
  "fields that are not there": (n) => document(`{ ${many((i) => `f${n}_${i} `)} }`),
  "aliases of one field": (n) => document(`{ ${many((i) => `a${n}_${i}: __typename `)} }`),
  "questions in one document": (n) =>
    document(`{ ${many((i) => `q${n}_${i}: query(input: { metrics: ["revenue"], limit: ${i} }) { rows } `)} }`),
  "selections within one another": (n) => document(`{ n${n}: query ${nested("{ a ", "}")} }`),
  "fragments that name the next": (n) =>
    document(`{ ...f${n}_0 } ${many((i) => `fragment f${n}_${i} on Query { ...f${n}_${i + 1} } `)}`),
  "lists within one another": (n) => document(`{ n${n}: query(input: ${nested("[", "]")}) { rows } }`),
  "a text without an end": (n) => document(`{ n${n}(a: "${"x".repeat(BYTES - 2_048)}`),
  "brackets within one another in a filter": (n) => ask({ where: [`${nested("(", ")")} = ${n}`] }),
  "conditions in a filter": (n) => ask({ where: [many((i) => `order__region = '${n}_${i}' OR `)] }),
  filters: (n) => ask({ where: list((i) => `order__region = 'r${n}_${i}'`) }),
  "metrics that are not there": (n) => ask({ metrics: list((i) => `revenue_${n}_${i}`) }),
  "groups that are not there": (n) => ask({ groupBy: list((i) => ({ name: `order__r${n}_${i}` })) }),
  "a name that is near to many": (n) => ask({ metrics: [`revenue${n}${"e".repeat(BYTES - 2_048)}`] }),
  "what is no JSON": (n) => `${"[".repeat(BYTES - 2_048)}${n}`,
};

const database = await startDatabase();
const assay = await startAssay({ warehouse: database.url, definitions: definitions() });
try {
  const figures: Figure[] = [];
  for (const [name, request] of Object.entries(REQUESTS)) figures.push(...(await measure(assay, name, request)));
  reportFigures(figures);
} finally {
  await assay.remove();
  await database.stop();
}

async function measure(server: Assay, name: string, request: (n: number) => string): Promise<readonly Figure[]> {
  const { pid } = server.child;
  if (pid === undefined) throw new Error("The server does not run.");
  let cpuBefore = 0;
  let growth = 0;
  let status = 0;
  for (let n = -5; n < TIMES; n += 1) {
    if (n === 0) cpuBefore = cpuMs(pid);
    const body = request(n + 5);
    if (body.length > BYTES) throw new Error(`${name}: ${body.length} bytes are more than ${BYTES}.`);
    const before = rssMb(pid);
    const answer = await server.send("POST", "/graphql", body);
    growth = Math.max(growth, rssMb(pid) - before);
    if (answer.status === 200 && !/"errors"|"refusals":\[\{/.test(answer.text))
      throw new Error(`${name} was answered.`);
    status = answer.status;
  }
  const cpu = (cpuMs(pid) - cpuBefore) / TIMES;
  return [
    { name: `${name} (${status}): CPU`, value: cpu, unit: "ms", target: 50, better: "lower" },
    { name: `${name}: memory, most that one took`, value: growth, unit: "MB", target: 20, better: "lower" },
  ];
}
