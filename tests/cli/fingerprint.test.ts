import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGitRepository } from "../support/git-repository.ts";
import { runHere } from "./terminal.ts";

const FILES = {
  "metrics/orders.yaml": `model: orders
table: shop.orders
columns: { order_id: int, amount: decimal, fee: decimal, status: string }
entities: { order: { type: primary, key: order_id } }
dimensions: { status: }
`,
  "metrics/revenue.yaml": "metric: revenue\nmodel: orders\nmeasure: sum(amount)\nfilter: status = 'paid'\n",
  "metrics/fees.yaml": "metric: fees\nmodel: orders\nmeasure: sum(fee)\n",
  "metrics/net.yaml": "metric: net\nexpr: revenue - fees\n",
};

function project(files: Readonly<Record<string, string>> = FILES) {
  const repository = createGitRepository(files);
  const metrics = path.join(repository.folder, "metrics");
  const run = (verb: string, ...args: readonly string[]) => runHere([verb, ...args, "--metrics", metrics]);
  return { ...repository, run };
}

describe("assay fingerprint", () => {
  test("prints what signatures are bound to, and its parts", async () => {
    const { code, stdout } = await project().run("fingerprint", "revenue");
    expect(code).toBe(0);
    const [first, ...parts] = stdout.trimEnd().split("\n");
    expect(first).toMatch(/^revenue@1 {2}fp\/1:sha256:[0-9a-f]{64}$/);
    expect(parts.map((line) => line.trim().split(/ +/)[0])).toEqual(["value", "access", "shape", "meta"]);
  });

  test("what is hashed is shown on request", async () => {
    const { stdout } = await project().run("fingerprint", "revenue", "--explain", "--format", "json");
    const { fingerprint, documents } = JSON.parse(stdout);
    expect(fingerprint).toMatch(/^fp\/1:/);
    expect(documents.value.relation).toEqual({ table: ["shop", "orders"] });
    expect(documents.value.aggregate.value).toEqual({ column: "amount", type: "decimal" });
  });

  test("an edit that comes to nothing compares equal", async () => {
    const { run, write } = project();
    write({
      "metrics/revenue.yaml": null,
      "metrics/sales/revenue.yaml": FILES["metrics/revenue.yaml"].replaceAll("\n", "\r\n"),
    });
    const { code, stdout } = await run("fingerprint", "revenue", "--explain", "--against", "main");
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\nThe same as in main \([0-9a-f]{7}\)\.\n$/);
  });

  test("the first node that differs is named, through the inputs that lead to it", async () => {
    const { run, write } = project();
    write({ "metrics/fees.yaml": FILES["metrics/fees.yaml"].replace("sum(fee)", "sum(amount)") });
    const { code, stdout } = await run("fingerprint", "net", "--explain", "--against", "main");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Not the same as in main \([0-9a-f]{7}\), which has fp\/1:sha256:[0-9a-f]{64}: value\./);
    expect(stdout).toContain('  value: input fees, aggregate.value.column\n    - "fee"\n    + "amount"\n');
    const json = await run("fingerprint", "net", "--against", "main", "--format", "json");
    expect(JSON.parse(json.stdout).against.differences).toEqual([
      { part: "value", through: ["fees"], path: "aggregate.value.column", before: "fee", after: "amount" },
    ]);
  });

  test("prose is not signed", async () => {
    const { run, write } = project();
    write({ "metrics/net.yaml": `${FILES["metrics/net.yaml"]}description: What is left.\n` });
    const { stdout } = await run("fingerprint", "net", "--explain", "--against", "main");
    expect(stdout).toMatch(/The same as in main \([0-9a-f]{7}\), but for meta, which nobody signs\./);
    expect(stdout).toContain('  meta: description\n    - ""\n    + "What is left."\n');
  });

  test.each([
    [["nett"], 2, "did you mean net?"],
    [[], 2, "Name one metric."],
    [["net", "fees"], 2, "Name one metric."],
    [["net", "--against", "no-such-branch"], 3, "no-such-branch"],
    [["net", "--against", "--upload-pack=touch x"], 2, "--against"],
  ])("%j is refused", async (args, code, message) => {
    const done = await project().run("fingerprint", ...args);
    expect({ code: done.code, stdout: done.stdout }).toEqual({ code, stdout: "" });
    expect(done.stderr).toContain(message);
  });

  test("a revision whose definitions do not load cannot be compared with", async () => {
    const { run, write } = project({ ...FILES, "metrics/net.yaml": "metric: net\nexpr: revenue -\n" });
    write({ "metrics/net.yaml": FILES["metrics/net.yaml"] });
    const { code, stderr } = await run("fingerprint", "net", "--against", "main");
    expect(code).toBe(3);
    expect(stderr).toMatch(/The definitions of main \([0-9a-f]{7}\) do not load\./);
  });

  test("a metric that is new is said to be", async () => {
    const { run, write } = project();
    write({ "metrics/n.yaml": "metric: n\nmodel: orders\nmeasure: count(*)\n" });
    const { code, stdout } = await run("fingerprint", "n", "--against", "main");
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\nmain \([0-9a-f]{7}\) has no such metric\.\n$/);
  });
});

describe("assay lock", () => {
  test("writes the file that it then finds up to date, and tells when it is not", async () => {
    const { run, write, folder } = project();
    expect(await run("lock", "--check")).toMatchObject({ code: 1, stdout: "" });
    expect((await run("lock")).stderr).toContain("Wrote metrics.lock: 4 lines.");
    const text = readFileSync(path.join(folder, "metrics.lock"), "utf8");
    expect(text).toMatch(/^metric fees@1 value:[0-9a-f]{64} access:[0-9a-f]{64} shape:[0-9a-f]{64} <- source:orders\n/);
    const told = await run("lock", "--check", "--format", "json");
    expect({ code: told.code, ...JSON.parse(told.stdout) }).toEqual({ code: 0, upToDate: true, written: false });
    write({ "metrics.lock": text.replaceAll("\n", "\r\n") });
    expect(await run("lock", "--check")).toMatchObject({ code: 0 });
    write({ "metrics/fees.yaml": FILES["metrics/fees.yaml"].replace("sum", "max") });
    const late = await run("lock", "--check");
    expect(late).toMatchObject({ code: 1, stdout: "" });
    expect(late.stderr).toContain("run assay lock");
    expect(readFileSync(path.join(folder, "metrics.lock"), "utf8")).toBe(text.replaceAll("\n", "\r\n"));
  });

  test("needs no git", async () => {
    const { folder } = project();
    const bare = mkdtempSync(path.join(tmpdir(), "assay-lock-"));
    onTestFinished(() => rmSync(bare, { recursive: true, force: true }));
    cpSync(path.join(folder, "metrics"), path.join(bare, "metrics"), { recursive: true });
    expect(await runHere(["lock", "--metrics", path.join(bare, "metrics")])).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(bare, "metrics.lock"), "utf8")).toContain("\nsource orders ");
  });

  test("definitions that do not load are unusable", async () => {
    const { run } = project({ ...FILES, "metrics/net.yaml": "metric: net\nexpr: revenue -\n" });
    const { code, stderr } = await run("lock");
    expect(code).toBe(2);
    expect(stderr).toContain("The definitions do not load.");
  });
});
