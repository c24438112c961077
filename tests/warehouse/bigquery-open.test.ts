import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type BigQueryOptions, openWarehouse } from "../../src/warehouse/index.ts";
import { startBigQuery } from "../support/bigquery-double/double.ts";
import { rowsOf, withBigQuery, wordsOf } from "../support/bigquery-double/with-bigquery.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-bigquery-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const nowhere = "http://127.0.0.1:1";
const open = (url: string, options: BigQueryOptions = { apiEndpoint: nowhere }) =>
  openWarehouse(url, { bigquery: options });

describe("opening", () => {
  test("asks for nothing that costs, and names the project and the dataset", () =>
    withBigQuery(async (warehouse, double) => {
      expect(warehouse).toMatchObject({ dialect: "bigquery", name: "bigquery://acme/shop" });
      await warehouse.ping();
      expect(double.jobs.size).toBe(0);
      expect(double.bodies("insert")).toMatchObject([{ configuration: { dryRun: true } }]);
    }));

  test("takes a project that belongs to a domain", async () => {
    const double = await startBigQuery("acme.example:data");
    const warehouse = await open("bigquery://acme.example:data/shop", { apiEndpoint: double.url });
    expect(await rowsOf(warehouse)).toEqual([]);
    await warehouse.close();
    await double.close();
  });

  test.each([
    "bigquery://acme",
    "bigquery://acme/",
    "bigquery:///shop",
    "bigquery://acme/shop/orders",
    "bigquery://me:pass-word@acme/shop",
    "bigquery://Acme/shop",
    "bigquery://acme/sh-op",
    "bigquery://acme/..",
  ])("%s is no dataset, and the message does not repeat it", async (url) => {
    await expect(open(url)).rejects.toThrow(/^This is no URL of a BigQuery dataset: bigquery:\/\/PROJECT\/DATASET/);
  });

  test.each(["?place=EU", "?location=", "?location=E%20U", "?location=EU&password=x"])(
    "the parameters %s are refused",
    async (query) => {
      await expect(open(`bigquery://acme/shop${query}`)).rejects.toThrow('has one parameter, "location"');
    },
  );

  test("an endpoint is a URL", async () => {
    for (const apiEndpoint of ["127.0.0.1:9050", "ftp://127.0.0.1", ""]) {
      await expect(open("bigquery://acme/shop", { apiEndpoint })).rejects.toThrow(
        "The setting apiEndpoint of BigQuery",
      );
    }
  });

  test.each([
    { maxBytesBilled: Number.NaN },
    { maxBytesBilledPerPrincipal: -1 },
    { maxBytesBilledPerPrincipal: Number.NaN },
    { statementTimeoutMs: 0 },
  ])("%o is no bound, and is refused instead of being none", async (bound) => {
    await expect(open("bigquery://acme/shop", bound)).rejects.toThrow("is more than 0");
  });

  test("is refused while a variable of the client would lead it astray", async () => {
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9050");
    await expect(open("bigquery://acme/shop")).rejects.toThrow("BIGQUERY_EMULATOR_HOST is set");
  });

  test("fails when nobody answers there", async () => {
    await expect(open("bigquery://acme/shop")).rejects.toMatchObject({ name: "WarehouseError", kind: "unavailable" });
  });

  test("fails when the project does not let us make jobs", async () => {
    const double = await startBigQuery("acme");
    double.fault("insert", { status: 403, reason: "accessDenied", message: "Access Denied: Project acme" });
    await expect(open("bigquery://acme/shop", { apiEndpoint: double.url })).rejects.toMatchObject({ kind: "denied" });
    await double.close();
  });
});

describe("credentials", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const marker = String(pem).split("\n")[3] ?? "";
  const key = {
    type: "service_account",
    project_id: "acme",
    private_key: pem,
    client_email: "assay@acme.iam.gserviceaccount.com",
  };
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  const none = "holds no key of a service account";
  test.each([
    ["is not there", () => join(folder, "gone.json"), "cannot be read"],
    ["breaks off", () => file("half.json", JSON.stringify(key).slice(0, -30)), none],
    ["is the key alone", () => file("bare.json", String(pem)), none],
    ["is of another type", () => file("user.json", JSON.stringify({ ...key, type: "authorized_user" })), none],
    ["lacks its owner", () => file("nobody.json", JSON.stringify({ ...key, client_email: null })), none],
    [
      "holds half a key",
      () => file("cut.json", JSON.stringify({ ...key, private_key: String(pem).slice(0, 999) })),
      none,
    ],
  ])("a key file that %s is refused, and no word of it repeated", async (_, path, message) => {
    const words = await wordsOf(open("bigquery://acme/shop", { keyFile: path(), apiEndpoint: "https://127.0.0.1:1" }));
    expect(words).toContain(message);
    expect(words).not.toContain(marker);
  });

  test("of the environment that cannot be read are refused likewise", async () => {
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file("env.json", `${marker}{`));
    const words = await wordsOf(open("bigquery://acme/shop", {}));
    expect(words).toContain("There are no credentials for Google Cloud");
    expect(words).not.toContain(marker);
  });

  test("are not sent over plain HTTP", async () => {
    const double = await startBigQuery("acme");
    const keyFile = file("plain.json", JSON.stringify(key));
    const warehouse = await open("bigquery://acme/shop", { apiEndpoint: double.url, keyFile });
    await rowsOf(warehouse);
    expect(double.asked.every(({ authorization }) => authorization === undefined)).toBe(true);
    await warehouse.close();
    await double.close();
  });
});
