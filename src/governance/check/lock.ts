import type { Finding } from "../finding.ts";
import { lockTextOf, parseLock } from "../lock.ts";
import { found, type Judgement } from "./judgement.ts";

/** LOCK_OUTDATED: its diff is how reviewers see how far a change reaches. */
export function checkLock({ head }: Judgement): readonly Finding[] {
  if (!head.catalog || !head.rules) return [];
  const file = head.files.get("metrics.lock");
  if (!file) return [found("LOCK_OUTDATED", "metrics.lock", "There is no metrics.lock.", { fix: "assay lock" })];
  const { problems } = parseLock(file);
  const broken = problems.map(({ message, span }) =>
    found("LOCK_OUTDATED", "metrics.lock", message, { span, fix: "assay lock" }),
  );
  if (broken.length > 0) return broken;
  const due = (lockTextOf(head) ?? "").split("\n");
  const lines = file.text.replaceAll("\r\n", "\n").split("\n");
  const at = due.findIndex((line, i) => line !== lines[i]);
  if (at < 0 && due.length === lines.length) return [];
  const start = lines.slice(0, Math.max(0, at)).reduce((sum, line) => sum + line.length + 1, 0);
  const [kind = "", name = ""] = (due[at] ?? lines[at] ?? "").split(" ");
  const message = `It is not what the definitions say, from the line of ${kind} ${name} on.`;
  return [found("LOCK_OUTDATED", "metrics.lock", message, { span: { file, start, end: start }, fix: "assay lock" })];
}
