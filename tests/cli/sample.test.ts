import { describe, expect, test } from "vitest";
import { openWarehouse, readAll } from "../../src/warehouse/index.ts";
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
