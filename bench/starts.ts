import { medianOf } from "./measure.ts";
import { cpuMs, rssMb } from "./process.ts";
import { ONE_DAY } from "./questions.ts";
import type { Figure } from "./report.ts";
import { askOnce, assaySide, startAssay } from "./sides.ts";

interface Begin {
  /** From the start of the process to its first answer, in milliseconds. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Five starts in each folder, in turn: medians. */
export async function measureStarts(program: string, folders: { star: string; wide: string }, databaseUrl: string) {
  const star: Begin[] = [];
  const wide: Begin[] = [];
  for (let i = 0; i < 5; i++) {
    star.push(await begin(program, folders.star, databaseUrl));
    wide.push(await begin(program, folders.wide, databaseUrl));
  }
  const figures = [
    ...figuresOf("start to first answer", star, 700),
    ...figuresOf("start to first answer, 200 more models of 20 members", wide, 1_500),
  ];
  return { figures, starMs: medianOf(star.map(({ ms }) => ms)), wideMs: medianOf(wide.map(({ ms }) => ms)) };
}

async function begin(program: string, folder: string, databaseUrl: string): Promise<Begin> {
  const begun = performance.now();
  const server = await startAssay(program, folder, databaseUrl);
  await askOnce(assaySide(server), ONE_DAY);
  const ms = performance.now() - begun;
  const found = { ms, cpuMs: cpuMs(server.pid), rssMb: rssMb(server.pid) };
  await server.stop();
  return found;
}

function figuresOf(name: string, begins: readonly Begin[], target: number): readonly Figure[] {
  const of = (key: keyof Begin) => medianOf(begins.map((begin) => begin[key]));
  return [
    { name, value: of("ms"), unit: "ms", target, better: "lower" },
    { name: `${name}, CPU`, value: of("cpuMs"), unit: "ms", target: null, better: "lower" },
    { name: `${name}, memory`, value: of("rssMb"), unit: "MB", target: null, better: "lower" },
  ];
}
