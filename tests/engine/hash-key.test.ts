import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAuditLog } from "../../src/audit/index.ts";
import { createEngine, explainQuery } from "../../src/engine/index.ts";
import { openWarehouse, readAll, type Warehouse } from "../../src/warehouse/index.ts";
import { principal, shopWith } from "../policy/support.ts";

const KEY = "a-secret-of-32-letters-or-so-xyz";
const catalog = shopWith(
  "policy: buyers\nroles: { a: { rows: tenant = claim('tenant'), fields: all, masks: { mail: hash }, explain: true } }",
);
const ann = principal(["a"], { tenant: "T1" });
const question = { groupBy: [{ name: "buyer__mail" }] };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await openWarehouse("duckdb::memory:");
  for (const text of [
    "create table buyers (id text, tenant text, mail text, tier text, born date)",
    "insert into buyers values ('1', 'T1', 'ann@mail.test', 'x', null), ('2', 'T1', null, 'x', null)",
  ]) {
    await readAll(await warehouse.execute({ text, values: [] }));
  }
});
afterAll(() => warehouse.close());

test("a hash cannot be computed by who does not have the key, and NULL stays NULL", async () => {
  const { rows } = await createEngine({ catalog, warehouse, hashKey: KEY }).query(question, ann);
  expect(rows).toEqual([[sha256(`${KEY}ann@mail.test`)], [null]]);
  const other = await createEngine({ catalog, warehouse, hashKey: `${KEY}2` }).query(question, ann);
  expect(other.rows).not.toEqual(rows);
  const bare = await createEngine({ catalog, warehouse }).query(question, ann);
  expect(bare.rows).toEqual([[sha256("ann@mail.test")], [null]]);
});

test("the key is bound, and neither answers nor explanations nor the audit log show it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-hash-key-"));
  const audit = await openAuditLog({ folder, writer: "w", onFailure: "closed", rotateBytes: 1e6, keepDays: 400 });
  try {
    const sent: string[] = [];
    const bound: unknown[] = [];
    const watched: Warehouse = {
      ...warehouse,
      execute(statement, options) {
        sent.push(statement.text);
        bound.push(...statement.values);
        return warehouse.execute(statement, options);
      },
    };
    const engine = createEngine({ catalog, warehouse: watched, hashKey: KEY, audit });
    const answer = await engine.query(question, ann);
    expect(bound).toContain(KEY);
    expect(sent.join()).not.toContain(KEY);

    const explanation = engine.explain(question, ann);
    expect(explanation.statement.values).toContain("policy.hash_key");
    expect(explanation.statement.text).toBe(sent[0]);
    await audit.close();
    const log = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    expect(log.join()).toContain(sha256(sent[0] ?? ""));
    expect(JSON.stringify([answer, explanation, log])).not.toContain(KEY);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("who may read what does not depend on the key", () => {
  const digests = [true, false].map(
    (hasHashKey) => explainQuery(catalog, "duckdb", question, ann, { hasHashKey }).authorization.digest,
  );
  expect(digests[0]).toBe(digests[1]);
});

test.each(["duckdb", "postgres", "bigquery"] as const)("%s joins the key to the value before it hashes", (dialect) => {
  const { text, values } = explainQuery(catalog, dialect, question, ann, { hasHashKey: true }).statement;
  expect(text).toMatch(/\|\|/);
  expect(values).toContain("policy.hash_key");
});
