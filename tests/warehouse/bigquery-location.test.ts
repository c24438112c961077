import { expect, test } from "vitest";
import { openWarehouse } from "../../src/warehouse/index.ts";
import { startBigQuery } from "../support/bigquery-double/double.ts";
import { rowsOf } from "../support/bigquery-double/with-bigquery.ts";

/** Everything that was asked after opening, with the location that was named. */
async function locations(query: string, location: string, mayLook: boolean): Promise<string[]> {
  const double = await startBigQuery("acme");
  double.location = location;
  double.script = () => ({ rows: [["1"], ["2"], ["3"]], pageRows: 2 });
  if (!mayLook) double.fault("dataset", { status: 403, reason: "accessDenied" });
  const url = `bigquery://acme/shop${query}`;
  const warehouse = await openWarehouse(url, { bigquery: { apiEndpoint: double.url } });
  double.asked = [];
  expect(await rowsOf(warehouse)).toHaveLength(3);
  await warehouse.close();
  await double.close();
  return double.asked.map(({ endpoint, query, body }) => {
    const named =
      endpoint === "insert" ? JSON.parse(JSON.stringify(body)).jobReference.location : query.get("location");
    return `${endpoint} ${named ?? "anywhere"}`;
  });
}

test("every request names the location of the URL", async () => {
  expect(await locations("?location=europe-west3", "europe-west3", true)).toEqual([
    "insert europe-west3",
    "results europe-west3",
    "get europe-west3",
    "results europe-west3",
  ]);
});

test("without one the dataset tells", async () => {
  expect(await locations("", "europe-west3", true)).toContain("insert europe-west3");
});

test("where we may not look at the dataset, the job tells", async () => {
  const asked = await locations("", "europe-west3", false);
  expect(asked[0]).toBe("insert anywhere");
  expect(new Set(asked.slice(1).map((each) => each.split(" ")[1]))).toEqual(new Set(["europe-west3"]));
});

test("a job that cannot be found again is not taken for one that was never made", async () => {
  const double = await startBigQuery("acme");
  double.location = "europe-west3";
  double.fault("dataset", { status: 403, reason: "accessDenied" });
  const settings = { apiEndpoint: double.url };
  const warehouse = await openWarehouse("bigquery://acme/shop", { bigquery: settings });
  double.fault("insert", "lose");
  await expect(rowsOf(warehouse)).rejects.toMatchObject({ kind: "missing" });
  await warehouse.close(); // looks for the job until it gives up
  expect(double.count("cancel")).toBeGreaterThan(1);
  await double.close();
});

test("a dataset that is not there is told by its name", async () => {
  const double = await startBigQuery("acme");
  const opening = openWarehouse("bigquery://acme/shap", { bigquery: { apiEndpoint: double.url } });
  await expect(opening).rejects.toMatchObject({
    kind: "missing",
    message: "There is no dataset shap in project acme.",
  });
  await double.close();
});
