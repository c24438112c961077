import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Fault } from "./fault.ts";
import { type Answer, definitions, never, startAssay, startDatabase } from "./support.ts";

/** Leaves room for some dozens of lines. */
const FILLED_BYTES = 900 * 1024;
const QUESTIONS = 300;

export const fault: Fault = {
  id: "X13",
  name: "The disk of the audit log is full",
  injection: `The log lies on a tmpfs of 1 MB, of which a file takes 900 KB; ${QUESTIONS} questions, then the file goes and 20 more are asked`,
  promise:
    "`closed`: no answer without its line, others are refused with 503. `open`: all are answered, those without a line are counted, and a gap tells of them. Both go on when there is room again.",
  async run() {
    const closed = await fill("closed");
    const open = await fill("open");
    return [
      never("closed: answers without a line", Math.max(0, closed.answers - closed.lines)),
      never("closed: refused otherwise than with 503 AUDIT_UNAVAILABLE", closed.otherwise),
      never("closed: ready while the disk was full", closed.readyWhileFull),
      never("open: questions refused", QUESTIONS - open.answeredWhileFull),
      never("open: decisions without a line that are not counted", Math.abs(open.answers - open.lines - open.counted)),
      never("open: no gap tells of them", open.gaps > 0 ? 0 : 1),
      never("questions refused with room again", closed.refusedAfter + open.refusedAfter),
      never("process exits", closed.exits + open.exits),
    ];
  },
};

async function fill(onFailure: "closed" | "open") {
  await using undone = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), "assay-disk-"));
  undone.defer(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
  undone.defer(() => void execFileSync("umount", ["--lazy", folder]));
  const filler = path.join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(FILLED_BYTES));
  const audit = path.join(folder, "audit");
  const database = undone.adopt(await startDatabase(), (it) => it.stop());
  const assay = undone.adopt(
    await startAssay({
      warehouse: database.url,
      definitions: definitions(),
      settings: `audit: { folder: ${JSON.stringify(audit)}, on_failure: ${onFailure} }\n`,
    }),
    (it) => it.remove(),
  );
  const ask = (n: number) => assay.ask({ metrics: ["live_revenue"], limit: n + 1 });
  const full: Answer[] = [];
  for (let n = 0; n < QUESTIONS; n++) full.push(await ask(n));
  const last = full.at(-1);
  if (onFailure === "closed" && last?.rows) throw new Error("The disk did not become full.");
  const ready = await assay.send("GET", "/health/ready");
  rmSync(filler);
  const after: Answer[] = [];
  for (let n = 0; n < 20; n++) after.push(await ask(QUESTIONS + n));
  const counted = (await assay.numbers()).get("assay_audit_gaps_total") ?? 0;
  const exits = assay.hasEnded() ? 1 : 0;
  await assay.stop();
  const lines = readdirSync(audit)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(path.join(audit, name), "utf8").trim().split("\n"));
  const isAnswered = ({ rows }: Answer): boolean => rows !== null;
  return {
    answers: [...full, ...after].filter(isAnswered).length,
    answeredWhileFull: full.filter(isAnswered).length,
    refusedAfter: after.filter((answer) => !isAnswered(answer)).length,
    otherwise: full.filter(
      (answer) => !isAnswered(answer) && !(answer.status === 503 && answer.text.includes("AUDIT_UNAVAILABLE")),
    ).length,
    readyWhileFull: ready.status === 200 ? 1 : 0,
    lines: lines.filter((line) => line.includes('"outcome":"answered"')).length,
    gaps: lines.filter((line) => line.includes('"kind":"gap"')).length,
    counted,
    exits,
  };
}
