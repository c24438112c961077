/**
 * What a line of the audit log costs: `node bench/audit.ts [--json FILE]`.
 *
 * A line after a line, where the log waits for the disk (`closed`) and where it does not (`open`), and a thousand at once.
 * Medians of 500; the disk is that of the system's temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAuditLog, refusedCredential } from "../src/audit/index.ts";
import { percentile, reportFigures } from "./report.ts";

const line = refusedCredential("x".repeat(200));

async function measure(onFailure: "closed" | "open"): Promise<{ readonly one: number; readonly ofThousand: number }> {
  const folder = mkdtempSync(join(tmpdir(), "assay-audit-bench-"));
  const log = await openAuditLog({ folder, writer: "bench", onFailure, rotateBytes: 16_000_000, keepDays: 400 });
  const times: number[] = [];
  for (let i = 0; i < 600; i++) {
    const started = performance.now();
    await log.append(line);
    if (i >= 100) times.push(performance.now() - started);
  }
  const started = performance.now();
  await Promise.all(Array.from({ length: 1_000 }, () => log.append(line)));
  const ofThousand = (performance.now() - started) / 1_000;
  await log.close();
  rmSync(folder, { recursive: true });
  return { one: percentile(times, 0.5), ofThousand };
}

const closed = await measure("closed");
const open = await measure("open");
const shared = { unit: "ms", better: "lower" } as const;
reportFigures([
  { name: "audit line, closed, one after the other", value: closed.one, target: 2, ...shared },
  { name: "audit line, open, one after the other", value: open.one, target: 0.5, ...shared },
  { name: "audit line, closed, a thousand at once", value: closed.ofThousand, target: 0.2, ...shared },
]);
