import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { openWarehouse, readAll } from "../../src/warehouse/index.ts";
import { inFile } from "../settings/support.ts";
import { emptyPostgres } from "../support/postgres.ts";
import { runHere } from "./terminal.ts";

describe("assay sample --warehouse", () => {
  test("makes the company in a database once, and says its URL without the password", async () => {
    const url = await emptyPostgres();
    const withPassword = url.replace("@", ":hush@");
    expect(await runHere(["sample", "--warehouse", withPassword])).toEqual({ code: 0, stdout: `${url}\n`, stderr: "" });

    const warehouse = await openWarehouse(url);
    const counted = await warehouse.execute({ text: "SELECT count(*) FROM shop.orders", values: [] });
    expect(await readAll(counted)).toEqual([["12000"]]);
    await warehouse.close();

    const again = await runHere(["sample", "--warehouse", withPassword]);
    expect(again).toMatchObject({ code: 3, stdout: "" });
    expect(again.stderr).toContain('schema "shop" already exists');
    expect(again.stderr).toContain("help: drop what an earlier attempt left of the schema shop");
    expect(again.stderr).not.toContain("hush");
    expect(again.stderr).toMatch(/error\[WAREHOUSE_ERROR\]: The sample cannot be made\. [^.]*\.\n/);
  });

  test("what the warehouse answers is cut, and stands beside the message, not in it", async () => {
    const server = createServer((request, response) => {
      request.resume();
      const message = `No such thing: ${"x".repeat(16_000)}`;
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message, errors: [{ reason: "invalid", message }] } }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const config = inFile(`warehouse: { bigquery: { api_endpoint: "http://127.0.0.1:${port}" } }`);
    const argv = ["sample", "--warehouse", "bigquery://acme/shop", "--config", config, "--format", "json"];
    const { code, stdout, stderr } = await runHere(argv);
    server.close();
    expect(code).toBe(3);
    expect(stdout).not.toContain("xxx");
    expect(stderr).toContain("No such thing: xxx");
    expect(stderr.length).toBeLessThan(1_000);
    expect(stderr).toMatch(/\nerror\[WAREHOUSE_ERROR\]: The sample cannot be made\. [^.]*\.\n {2}help: /);
  });

  test.each([
    [["--warehouse", "duckdb:shop.duckdb"], "--warehouse makes no DuckDB file."],
    [["--warehouse", "postgres://127.0.0.1:1/shop", "--out", "shop.duckdb"], "--out and --warehouse name two places."],
    [["--warehouse", "mysql://127.0.0.1/shop"], '"mysql:" names no warehouse.'],
  ])("refuses %j", async (flags, problem) => {
    const { code, stdout, stderr } = await runHere(["sample", ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(problem);
  });
});
