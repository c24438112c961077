import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseDefinitions, readDefinitions } from "../../src/definition/index.ts";
import { expectProblem } from "../support/marked-yaml.ts";

let root = "";
let dir = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "definitions-"));
  dir = join(root, "metrics");
  mkdirSync(dir);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const metric = (name: string) => `metric: ${name}\nexpr: a\n`;
const names = () => readDefinitions(dir).definitions.metrics.map(({ name }) => `${name.span.file.path} ${name.value}`);
const codes = () => readDefinitions(dir).diagnostics.map(({ code }) => code);

test("every YAML file below the folder is read, in the order of the paths", () => {
  write("metrics/b/z.yaml", metric("z"));
  write("metrics/b.yml", metric("b"));
  write("metrics/a/deep/er/y.yaml", metric("y"));
  write("metrics/notes.md", "not a definition");
  write("metrics/.hidden/x.yaml", metric("x"));
  write("metrics/.draft.yaml", metric("draft"));
  expect(names()).toEqual(["metrics/a/deep/er/y.yaml y", "metrics/b.yml b", "metrics/b/z.yaml z"]);
  expect(codes()).toEqual([]);
});

test("a folder that does not exist is one clear error", () => {
  const { diagnostics, definitions } = readDefinitions(join(root, "nowhere"));
  expect(diagnostics.map(({ code }) => code)).toEqual(["file/no-folder"]);
  expect(definitions.metrics).toEqual([]);
});

test("a file of 1 MiB is read, a larger one is not, and the others are", () => {
  const full = metric("full");
  write("metrics/full.yaml", `${full}#${" ".repeat(1024 * 1024 - full.length - 1)}`);
  write("metrics/large.yaml", `${metric("large")}#${" ".repeat(1024 * 1024)}`);
  write("metrics/small.yaml", metric("small"));
  expect(names()).toEqual(["metrics/full.yaml full", "metrics/small.yaml small"]);
  expect(codes()).toEqual(["file/too-large"]);
});

test("text that is not UTF-8 is refused, and a byte order mark is not part of the text", () => {
  write("metrics/latin.yaml", Buffer.from("metric: caf\xe9\n", "latin1"));
  write("metrics/mark.yaml", `\ufeff${metric("mark")}`);
  expect(codes()).toEqual(["file/not-utf8"]);
  expect(names()).toEqual(["metrics/mark.yaml mark"]);
});

test("a link out of the folder, to a folder, or to nothing is an error", () => {
  write("secret.yaml", metric("secret"));
  write("metrics/real/a.yaml", metric("a"));
  symlinkSync(join(root, "secret.yaml"), join(dir, "out.yaml"));
  symlinkSync(join(dir, "real"), join(dir, "folder.yaml"));
  symlinkSync(join(dir, "gone.yaml"), join(dir, "nothing.yaml"));
  expect(codes()).toEqual(["file/link", "file/unreadable", "file/link"]);
  symlinkSync(root, join(dir, "linked"));
  expect(names()).toEqual(["metrics/real/a.yaml a"]);
});

test("a link to a file inside the folder counts, as mounted configuration has it", () => {
  write("metrics/..data/a.yaml", metric("a"));
  symlinkSync(join("..data", "a.yaml"), join(dir, "a.yaml"));
  expect(names()).toEqual(["metrics/a.yaml a"]);
});

test("an SQL file is read from beside the model", () => {
  write("metrics/models/orders.yaml", "model: orders\nsql_file: sql/orders.sql\n");
  write("metrics/models/sql/orders.sql", "SELECT 1\n");
  const { definitions, diagnostics } = readDefinitions(dir);
  expect(diagnostics).toEqual([]);
  const source = definitions.models[0]?.source;
  expect(source?.kind === "sql" && [source.sql.value, source.file]).toEqual([
    "SELECT 1\n",
    "metrics/models/sql/orders.sql",
  ]);
  expect(source?.kind === "sql" && source.sql.within(0, 6)).toEqual(source?.kind === "sql" && source.sql.span);
});

const SQL = { path: "metrics/models/orders.sql", text: "SELECT 1" };

test("an SQL file that does not exist is an error with the nearest one", () => {
  const problem = expectProblem("definition/sql-file-missing", "model: m\nsql_file: «models/order.sql»\n", [SQL]);
  expect(problem.help).toBe('did you mean "models/orders.sql"?');
});

test.each(["../secret.sql", "models/../../secret.sql", "/etc/passwd", "..\\\\secret.sql", "..", "../metricsx/a.sql"])(
  "the SQL file %s is outside",
  (path) => {
    const others = [SQL, { path: "secret.sql", text: "SELECT 2" }, { path: "metricsx/a.sql", text: "SELECT 3" }];
    expectProblem("definition/sql-file-outside", `model: m\nsql_file: «${path}»\n`, others);
  },
);

test("of what was read before only files that are the same, with the SQL that they name, are not read again", () => {
  const model = { path: "metrics/m.yaml", text: "model: m\nsql_file: m.sql\nprimary_key: id\n" };
  const metric = { path: "metrics/revenue.yaml", text: "metric: revenue\nmodel: m\nmeasure: sum(amount)\n" };
  const sql = { path: "metrics/m.sql", text: "SELECT 1 AS id" };
  const first = parseDefinitions([sql, model, metric]);
  const same = parseDefinitions([sql, model, metric], first.contents);
  expect(same.definitions).toEqual(first.definitions);
  expect(same.definitions.models[0]).toBe(first.definitions.models[0]);

  const edited = { ...sql, text: "SELECT 2 AS id" };
  const other = parseDefinitions([edited, model, metric], first.contents);
  expect(other.definitions.models[0]?.source).toMatchObject({ sql: { value: "SELECT 2 AS id" } });
  expect(other.definitions.metrics[0]).toBe(first.definitions.metrics[0]);
  const without = parseDefinitions([model, metric], first.contents);
  expect(without.diagnostics.map(({ code }) => code)).toEqual(["definition/sql-file-missing"]);

  const namesake = { path: "metrics/a.yaml", text: metric.text };
  const twice = [namesake, sql, model, metric];
  const told = parseDefinitions(twice, first.contents);
  expect(told.diagnostics.map(({ code }) => code)).toEqual(["definition/duplicate-name"]);
  expect(told.diagnostics).toEqual(parseDefinitions(twice).diagnostics);
  expect(told.definitions.metrics.map(({ name }) => name.span.file)).toEqual([namesake]);
});
