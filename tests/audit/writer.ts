/** Writes decisions one after the other, and prints the number of each that the log has taken: `node writer.ts FOLDER closed|open N`. */
import { AuditError } from "../../src/audit/index.ts";
import { decision, openLog } from "./support.ts";

const [, , folder = "", onFailure, count = "0"] = process.argv;
const log = await openLog(folder, {
  onFailure: onFailure === "open" ? "open" : "closed",
  onLost: (lost) => process.stdout.write(`lost ${lost}\n`),
});
for (let i = 1; i <= Number(count); i++) {
  try {
    await log.append(decision(`${process.pid} ${i}`));
    process.stdout.write(`taken ${i}\n`);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    process.stdout.write("refused\n");
  }
}
await log.close();
