import { writeFileSync } from "node:fs";
import path from "node:path";
import { post } from "./load.ts";
import { asker, inTurn, type UnderLoad, underLoad } from "./measure.ts";
import { FIFTEEN, LARGE, type Question, THOUSAND } from "./questions.ts";
import type { Figure } from "./report.ts";
import { type Asked, askOnce, bareSide, type Cube, startBare } from "./sides.ts";

/** Questions whose answer is kept, beside a server that only has to say it. */
export async function measureHits(folder: string, assay: Asked, cube: Cube | null) {
  const small = await bareOf(folder, assay, FIFTEEN);
  const medium = await bareOf(folder, assay, THOUSAND);
  const posted = bareSide(small, "parsed");
  const sides = [posted, assay, ...(cube ? [cube.graphql, cube.rest] : [])];
  // First, so that all of them are warm when they are asked one at a time.
  const [bareLoad, assayLoad, cubeLoad] = await loaded(
    [posted, assay, ...(cube ? [cube.graphql] : [])],
    FIFTEEN,
    1_500,
  );
  const idle = await inTurn(await Promise.all(sides.map((side) => asker(side.door, always(side, FIFTEEN)))), {
    warmUp: 100,
    turns: 400,
  });
  const [ready, assayMedium] = await loaded([bareSide(medium, "ready"), assay], THOUSAND, 1_500);
  const [assayLarge, cubeLarge] = await loaded([assay, ...(cube ? [cube.graphql] : [])], LARGE, cube ? 4_000 : 1_500);
  await Promise.all([small.stop(), medium.stop()]);
  if (!bareLoad || !assayLoad || !ready || !assayMedium || !assayLarge)
    throw new Error("There are two sides at least.");
  const [, assayIdle] = idle;
  const figures: Figure[] = [
    { name: "hit of 15 rows, idle, p50", value: assayIdle?.p50 ?? 0, unit: "ms", target: 0.3, better: "lower" },
    { name: "hit of 15 rows, idle, p99", value: assayIdle?.p99 ?? 0, unit: "ms", target: 2, better: "lower" },
    ratio("CPU of a hit of 15 rows over a bare POST (T1)", assayLoad.cpuUs / bareLoad.cpuUs, 3.2, "lower"),
    ratio("CPU of a hit of 1,000 rows over a ready Buffer (T2)", assayMedium.cpuUs / ready.cpuUs, 3.5, "lower"),
  ];
  if (cubeLoad && cubeLarge) {
    const memory = Math.max(assayLoad.rssMb, assayLarge.rssMb) / Math.max(cubeLoad.rssMb, cubeLarge.rssMb);
    figures.push(
      ratio(
        "requests a second on 15 rows, over Cube's GraphQL",
        assayLoad.perSecond / cubeLoad.perSecond,
        10,
        "higher",
      ),
      ratio("requests a second on 5,480 rows, over Cube's", assayLarge.perSecond / cubeLarge.perSecond, 40, "higher"),
      ratio("memory under load over Cube's", memory, 1 / 3, "lower"),
    );
  }
  sides.forEach(({ name }, i) => {
    for (const share of ["p50", "p99"] as const) {
      const value = idle[i]?.[share] ?? 0;
      figures.push({ name: `hit of 15 rows, ${name}, ${share}`, value, unit: "ms", target: null, better: "lower" });
    }
  });
  const loads: readonly (readonly [string, UnderLoad | undefined])[] = [
    ["15 rows, node:http", bareLoad],
    ["15 rows, Assay", assayLoad],
    ["15 rows, Cube GraphQL", cubeLoad],
    ["1,000 rows, node:http", ready],
    ["1,000 rows, Assay", assayMedium],
    ["5,480 rows, Assay", assayLarge],
    ["5,480 rows, Cube GraphQL", cubeLarge],
  ];
  for (const [name, load] of loads) if (load) figures.push(...plain(`hits of ${name}, 16 clients`, load));
  return { figures, names: sides.map(({ name }) => name), idle, bareLoad, assayLoad, cubeLoad, assayLarge, cubeLarge };
}

async function bareOf(folder: string, assay: Asked, question: Question) {
  const file = path.join(folder, `answer-${question.rows}.json`);
  writeFileSync(file, await askOnce(assay, question));
  return startBare(file);
}

function always(side: Asked, question: Question): () => Buffer {
  const request = post(side.door, side.body(question));
  return () => request;
}

function loaded(sides: readonly Asked[], question: Question, milliseconds: number): Promise<readonly UnderLoad[]> {
  return underLoad(
    sides.map((side) => ({ ...side, milliseconds, next: always(side, question) })),
    16,
  );
}

function ratio(name: string, value: number, target: number, better: "lower" | "higher"): Figure {
  return { name, value, unit: "ratio", target, better };
}

function plain(name: string, { perSecond, cpuUs, rssMb }: UnderLoad): readonly Figure[] {
  return [
    { name, value: perSecond, unit: "req/s", target: null, better: "higher" },
    { name: `${name}, CPU of one`, value: cpuUs, unit: "µs", target: null, better: "lower" },
    { name: `${name}, memory`, value: rssMb, unit: "MB", target: null, better: "lower" },
  ];
}
