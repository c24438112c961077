import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, makeData, startPostgres, temporaryFolder } from "../../scripts/embedded-postgres.ts";
import { openPostgresLoader } from "../../src/warehouse/index.ts";
import { inFile } from "../settings/support.ts";
import { assay, makeShop, type Shop } from "./shop.ts";
import { runHere } from "./terminal.ts";

let shop: Shop;
const examined = (...args: string[]) => ["doctor", "--metrics", shop.metrics, "--warehouse", shop.warehouse, ...args];

beforeAll(async () => {
  shop = await makeShop();
});

describe("assay doctor", () => {
  test("a sound warehouse is one aligned table and exit code 0", async () => {
    const { code, stdout, stderr } = await assay(examined());
    expect(code).toBe(0);
    expect(stdout).toBe(`ok       warehouse              ${" ".repeat(24)}  ${shop.warehouse} answers.
ok       local                  ${" ".repeat(24)}  "local" can read every table and write none.
ok       customers              metrics/customers.yaml:1  All 2 columns are there, of the declared types.
ok       orders                 metrics/orders.yaml:1     All 5 columns are there, of the declared types.
ok       customers.customer_id  metrics/customers.yaml:1  customer_id is unique and never NULL in 3 rows.
ok       orders.order_id        metrics/orders.yaml:1     order_id is unique and never NULL in 6 rows.
ok       orders.customer_id     metrics/orders.yaml:8     Every customer_id is in customers.

0 errors, 0 warnings, 7 as it should be
`);
    expect(stderr).toMatch(/^asking duckdb:.*\nlooking for the tables of 2 definitions\n/);
  });

  test("errors come first, with the way out below them, and exit code 1", async () => {
    const broken = await makeShop();
    await changed(broken, "ALTER TABLE shop.orders RENAME amount TO total");
    const here = ["doctor", "--metrics", broken.metrics, "--warehouse", broken.warehouse];
    const { code, stdout } = await runHere(here);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^error {4}orders\.amount {10}metrics\/orders\.yaml:7 {5}Model "orders" needs the column "amount", which shop\.orders does not have\.\n {58}help: it has order_id, customer_id, total, status, ordered_at\n/,
    );
    expect(stdout).toContain("\n\n1 error, 0 warnings, ");

    const json = await runHere([...here, "--format", "json"]);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(json.stdout).findings[0]).toEqual({
      code: "column/missing",
      severity: "error",
      subject: "orders.amount",
      message: 'Model "orders" needs the column "amount", which shop.orders does not have.',
      help: "it has order_id, customer_id, total, status, ordered_at",
      file: "metrics/orders.yaml",
      line: 7,
      evidence: {},
    });
  });

  test("warnings alone are exit code 0", async () => {
    const doubted = await makeShop();
    await changed(doubted, "INSERT INTO shop.orders VALUES (7, 99, 1, 'paid', '2026-03-31')");
    const { code, stdout } = await runHere(["doctor", "--metrics", doubted.metrics, "--warehouse", doubted.warehouse]);
    expect(code).toBe(0);
    expect(stdout).toContain("\n\n0 errors, 1 warning, ");
  });

  test("a warehouse that cannot be reached is exit code 3 and one message that names it and its setting", async () => {
    const url = "postgres://me:secret@127.0.0.1:1/shop";
    const flagged = await runHere(["doctor", "--metrics", shop.metrics, "--warehouse", url, "--format", "json"]);
    expect(flagged.code).toBe(3);
    expect(JSON.parse(flagged.stdout)).toMatchObject({
      error: { code: "WAREHOUSE_ERROR", message: "No connection to postgres://127.0.0.1:1/shop could be had." },
    });
    const set = await runHere(["doctor", "--metrics", shop.metrics], { env: { WAREHOUSE_URL: url } });
    expect(set.code).toBe(3);
    expect(set.stderr).toContain("WAREHOUSE_URL");
    expect(set.stderr.match(/error\[/g)).toHaveLength(1);
    expect(flagged.stdout + flagged.stderr + set.stderr).not.toContain("secret");
  });

  test("definitions that do not load are exit code 2", async () => {
    const { code } = await runHere(["doctor", "--metrics", "no/such/folder", "--warehouse", shop.warehouse]);
    expect(code).toBe(2);
  });
});

describe("a PostgreSQL that asks for a password", () => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    const folder = temporaryFolder();
    await makeData(folder);
    const rules = ["host all assay 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256"];
    writeFileSync(join(folder, "data", "pg_hba.conf"), `${rules.join("\n")}\n`);
    server = await startPostgres(folder, { settings: ["fsync=off"], goesWithServer: true });
    const loader = await openPostgresLoader(server.url("postgres"));
    await loader.run("CREATE ROLE reader LOGIN PASSWORD 'right'");
    await loader.close();
  });
  afterAll(() => server.stop());

  test("a wrong one is exit code 3 and one message that names the setting, and not the password", async () => {
    const url = server.url("postgres").replace("assay@", "reader:wrong-one@");
    const { code, stderr } = await runHere(["doctor", "--metrics", shop.metrics], { env: { WAREHOUSE_URL: url } });
    expect(code).toBe(3);
    expect(stderr).toContain("could be had: it refuses our user or password.");
    expect(stderr).toContain("WAREHOUSE_URL");
    expect(stderr).toContain('the password is that of the URL, which counts before the setting "warehouse.password"');
    expect(stderr.match(/error\[/g)).toHaveLength(1);
    expect(stderr).not.toContain("wrong-one");
  });

  test("where it came from is said: a variable, a file, or nowhere", async () => {
    const url = server.url("postgres").replace("assay@", "reader@");
    const asked = async (password: string) => {
      const config = inFile(`warehouse: { url: "${url}"${password} }`);
      return (await runHere(["doctor", "--metrics", shop.metrics, "--config", config], { env: { PW: "wrong-one" } }))
        .stderr;
    };
    expect(await asked(", password: { env: PW }")).toContain("comes from the environment variable PW (setting");
    const file = inFile("wrong-one", "pw");
    expect(await asked(`, password: { file: ${file} }`)).toContain(`comes from the file ${file} (setting`);
    expect(await asked("")).toContain('say in the setting "warehouse.password" where it is');
  });

  test("the right one lets us in", async () => {
    const url = server.url("postgres").replace("assay@", "reader:right@");
    const { code, stdout } = await runHere(["doctor", "--metrics", shop.metrics], { env: { WAREHOUSE_URL: url } });
    expect(code).toBe(1);
    expect(stdout).toContain("The warehouse has no table shop.orders, or hides it from us.");
  });
});

async function changed({ warehouse }: Shop, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(warehouse.replace("duckdb:", ""));
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}
