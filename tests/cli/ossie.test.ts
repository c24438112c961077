import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFINITIONS, writeDefinitions } from "./shop.ts";
import { runHere } from "./terminal.ts";

const folder = () => mkdtempSync(join(tmpdir(), "assay-ossie-"));

function shop(): { readonly dir: string; readonly metrics: string } {
  const dir = folder();
  return { dir, metrics: writeDefinitions(join(dir, "metrics"), DEFINITIONS) };
}

const LOSSY = "metric: so_far\ntype: cumulative\ninput: revenue\n";

describe("assay export ossie", () => {
  test("prints the document, at the first version unless another is asked for", async () => {
    const { metrics } = shop();
    const old = await runHere(["export", "ossie", "--metrics", metrics]);
    expect(old).toMatchObject({ code: 0, stderr: "" });
    expect(old.stdout).toMatch(/^version: 0\.1\.1\nsemantic_model:\n/);
    const now = await runHere(["export", "ossie", "--metrics", metrics, "--spec", "0.2.0.dev0"]);
    expect(now.stdout).toMatch(/^version: 0\.2\.0\.dev0\n/);
  });

  test("tells on standard error what Ossie cannot say, and ends with 1", async () => {
    const { dir, metrics } = shop();
    writeFileSync(join(metrics, "so_far.yaml"), LOSSY);
    const out = join(dir, "shop.yaml");
    const ended = await runHere(["export", "ossie", "--metrics", metrics, "--out", out]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain('metrics/so_far.yaml:1: warning CUMULATIVE_SEMANTICS_LOSS metric "so_far": ');
    expect(readFileSync(out, "utf8")).toContain("name: so_far");
  });

  test("--format json prints one document with the report", async () => {
    const { dir, metrics } = shop();
    const flags = ["export", "ossie", "--metrics", metrics, "--format", "json"];
    const { stdout } = await runHere(flags);
    expect(JSON.parse(stdout)).toMatchObject({ document: { version: "0.1.1" }, report: [] });
    const out = join(dir, "shop.yaml");
    expect(JSON.parse((await runHere([...flags, "--out", out])).stdout)).toEqual({ file: out, report: [] });
    expect(existsSync(out)).toBe(true);
  });

  test.each([
    ["no tool", ["export"], "Say what to export to."],
    ["another tool", ["export", "lookml"], 'There is no export to "lookml".'],
    ["a word too many", ["export", "ossie", "x"], 'not "x"'],
    ["another version", ["export", "ossie", "--spec", "0.3"], "--spec must be one of 0.1.1, 0.2.0.dev0"],
    ["no definitions", ["export", "ossie", "--metrics", "/nowhere/at/all"], "There is no folder"],
    [
      "a file that cannot be written",
      ["export", "ossie", "--metrics", shop().metrics, "--out", "/nowhere/at/all/x.yaml"],
      "cannot be written",
    ],
  ])("%s is unusable", async (_, argv, words) => {
    const ended = await runHere(argv);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(words);
  });
});

describe("assay import ossie", () => {
  test("writes definitions whose export is the same file again", async () => {
    const { dir, metrics } = shop();
    const [first, second, back] = ["first.yaml", "second.yaml", "back"].map((name) => join(dir, name));
    await runHere(["export", "ossie", "--metrics", metrics, "--out", first ?? ""]);
    const ended = await runHere(["import", "ossie", first ?? "", "--out", back ?? ""]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain("everything was carried over");
    expect((await runHere(["check", "--metrics", back ?? ""])).code).toBe(0);
    await runHere(["export", "ossie", "--metrics", back ?? "", "--out", second ?? ""]);
    expect(readFileSync(second ?? "", "utf8")).toBe(readFileSync(first ?? "", "utf8"));
  });

  const file = (text: string) => {
    const path = join(folder(), "shop.yaml");
    writeFileSync(path, text);
    return path;
  };
  const field = (dialect: string) =>
    `version: 0.2.0.dev0
semantic_model:
  - name: shop
    datasets:
      - name: sales
        source: shop.sales
        fields: [{ name: sold_on, datatype: Date, dimension: {}, expression: { dialects: [{ dialect: ${dialect}, expression: CAST(sold AS DATE) }] } }]
`;

  test("reads the dialect of the warehouse that is named", async () => {
    const path = file(field("BIGQUERY"));
    const here = join(folder(), "out");
    expect((await runHere(["import", "ossie", path, "--out", here])).code).toBe(1);
    const there = join(folder(), "out");
    const flags = ["--out", there, "--warehouse", "bigquery://shop/eu"];
    expect((await runHere(["import", "ossie", path, ...flags])).code).toBe(0);
    expect(readFileSync(join(there, "models/sales.yaml"), "utf8")).toContain("sold_on:");
  });

  test("a file that is no Ossie document is unusable, with every reason, and nothing is written", async () => {
    const out = join(folder(), "out");
    const path = file(field("ANSI_SQL").replace("source:", "sauce:"));
    const ended = await runHere(["import", "ossie", path, "--out", out]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain('shop.yaml:6: error UNKNOWN_FIELD dataset "sales": "sauce" is no key of Ossie');
    expect(ended.stderr).toContain('"source" is missing');
    expect(existsSync(out)).toBe(false);
    const json = await runHere(["import", "ossie", path, "--out", out, "--format", "json"]);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: [],
      report: [{ code: "INVALID_VALUE" }, { code: "UNKNOWN_FIELD" }],
    });
  });

  test.each([
    ["no file", ["import", "ossie"], "Name the one file to import."],
    ["a folder", ["import", "ossie", tmpdir(), "--out", "x"], "There is no file"],
    [
      "dbt's flag",
      ["import", "ossie", file(field("ANSI_SQL")), "--out", "x", "--source", "a=b"],
      "--source is not for ossie.",
    ],
    [
      "Ossie's flag",
      ["import", "metricflow", tmpdir(), "--out", "x", "--warehouse", "duckdb:x"],
      "--warehouse is not for metricflow.",
    ],
    ["a full folder", ["import", "ossie", file(field("ANSI_SQL")), "--out", shop().metrics], "is not empty"],
    [
      "an unknown warehouse",
      ["import", "ossie", file(field("ANSI_SQL")), "--out", "x", "--warehouse", "mysql:x"],
      "names no warehouse",
    ],
  ])("%s is unusable", async (_, argv, words) => {
    const ended = await runHere(argv);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(words);
    expect(readdirSync(".")).not.toContain("x");
  });
});
