import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startProxy } from "../support/proxy.ts";
import type { Fault } from "./fault.ts";
import { type Answer, definitions, never, none, PROGRAM, startAssay, startDatabase, startLoad } from "./support.ts";

const SETTINGS = "audit: { folder: audit, on_failure: closed }\n";

export const fault: Fault = {
  id: "X10",
  name: "The server is killed",
  injection:
    "SIGKILL under 50 questions a second, three times; it is started again in its folder: with definitions that do not load, with a database that is silent, and well",
  promise:
    "It serves only once its definitions are sound and the database has answered, and every answer that it gave has its line in the audit log, in which nothing is torn.",
  async run() {
    await using open = new AsyncDisposableStack();
    const database = open.adopt(await startDatabase(), (it) => it.stop());
    const proxy = open.adopt(await startProxy(database.url), (it) => it.close());
    const options = { warehouse: proxy.url, definitions: definitions({ cache: "{ ttl: 1 s }" }), settings: SETTINGS };
    const answers: Answer[] = [];
    let folder: string | undefined;
    for (let kill = 0; kill < 3; kill += 1) {
      const assay = await startAssay({ ...options, ...(folder !== undefined && { folder }) });
      folder = assay.folder;
      const load = startLoad(50, (n) =>
        assay.ask({ metrics: [n % 2 === 0 ? "revenue" : "live_revenue"], limit: 1 + n }),
      );
      await delay(1_500 + 37 * kill);
      assay.child.kill("SIGKILL");
      await assay.ended;
      answers.push(...(await load.stop()));
    }
    if (folder === undefined) throw new Error("No server has run.");
    const given = answers.filter(({ rows }) => rows !== null);
    const recorded = new Set(requestIds(path.join(folder, "audit")));

    const unsound = path.join(folder, "metrics", "unsound.yaml");
    writeFileSync(unsound, "metric: unsound\nmodel: nowhere\n");
    const served = { unsound: await serves({ ...options, folder }), silent: false };
    rmSync(unsound);
    proxy.set("hold");
    served.silent = await serves({ ...options, folder });
    proxy.set("pass");
    const assay = open.adopt(await startAssay({ ...options, folder }), (it) => it.remove());
    const { status } = await assay.send("GET", "/health/ready");
    const first = await assay.ask({ metrics: ["live_revenue"] });
    await assay.stop();
    const findings = findingsIn(folder);
    return [
      none(
        "answers given without a line in the audit log",
        given,
        ({ headers }) => !recorded.has(String(headers["x-request-id"])),
      ),
      never(
        "findings of `assay audit verify` but for the ends that were missed",
        findings.filter((kind) => kind !== "gap" && kind !== "not-closed").length,
      ),
      never("times that it was ready with definitions that do not load", served.unsound ? 1 : 0),
      never("times that it was ready without the database", served.silent ? 1 : 0),
      never("times that it was not ready though all is well", status === 200 ? 0 : 1),
      none("first questions afterwards that fail", [first], ({ rows }) => rows === null),
      { name: "answers given before it was killed", value: given.length, unit: "", target: null, better: "higher" },
    ];
  },
};

/** Whether a server started so gets ready within five seconds. */
async function serves(options: Parameters<typeof startAssay>[0]): Promise<boolean> {
  const giveUp = new AbortController();
  const begun = startAssay({ ...options, signal: giveUp.signal }).then(
    async (assay) => {
      const { status } = await assay.send("GET", "/health/ready");
      await assay.stop();
      return status === 200;
    },
    () => false,
  );
  const inTime = await Promise.race([begun, delay(5_000, false)]);
  giveUp.abort();
  await begun;
  return inTime;
}

function requestIds(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) =>
    [...readFileSync(path.join(folder, name), "utf8").matchAll(/"requestId":"([0-9a-f]{32})"/g)].map(
      ([, id]) => id ?? "",
    ),
  );
}

/** Their kinds. */
function findingsIn(folder: string): readonly string[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, "audit", "verify", "--folder", "audit", "--format", "json"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  const { findings } = JSON.parse(stdout) as { findings?: readonly { readonly kind: string }[] };
  if (!findings) throw new Error(`assay audit verify gives no findings: ${stdout}${stderr}`);
  return findings.map(({ kind }) => kind);
}
