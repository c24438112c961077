import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTree } from "../../src/governance/read-tree.ts";
import { publishRegistry, registryScript } from "../../src/governance/registry/publish.ts";
import { registryRows } from "../../src/governance/registry/rows.ts";
import type { Publication } from "../../src/sql/index.ts";
import { openWriter } from "../../src/warehouse/index.ts";
import { type BigQueryEmulator, startBigQueryEmulator } from "../support/bigquery-emulator.ts";

let emulator: BigQueryEmulator;
const folder = mkdtempSync(join(tmpdir(), "assay-bigquery-registry-"));

beforeAll(async () => {
  const program = process.env["BIGQUERY_EMULATOR"];
  if (!program) throw new Error("There is no BIGQUERY_EMULATOR here: run `npm run test:bigquery`.");
  emulator = await startBigQueryEmulator(program, "test", "shop", join(folder, "emulator.log"));
});
afterAll(async () => {
  await emulator?.stop();
  rmSync(folder, { recursive: true });
});

test("the registry of the sample is made, filled once and read back", async () => {
  const rows = registryRows(readTree("metrics"), "bigquery", new Date("2026-11-21"), null);
  if (!rows) throw new Error("metrics/ does not load.");
  const writer = await openWriter("bigquery://test/shop?location=EU", {
    bigquery: { apiEndpoint: emulator.endpoint },
  });
  const ask = async (text: string) => (await writer.transact([{ text, values: [] }]))[0];
  const times = { committedAt: "2026-11-20T10:00:00Z", publishedAt: "2026-11-21T08:00:00Z" };
  // The emulator makes no dataset.
  const publication = { ...rows, ...times, schema: "shop", commit: "a".repeat(40) };
  const { definitions, lineage } = rows;
  const all = { opened: definitions.length, lineage: lineage.length };
  expect(await publishRegistry(writer, publication)).toEqual({ kind: "published", closed: 0, ...all });
  // It also makes tables anew that are there: from here on only what changes them is run.
  const counts = "select count(*), countif(valid_to is null) from shop.metric_definitions";
  const again = async (one: Publication) => {
    await writer.transact(registryScript("bigquery", one).slice(-1));
    return (await ask(counts))?.[0]?.map(Number);
  };
  expect(await again(publication)).toEqual([all.opened, all.opened]);
  const revenue = definitions.find(({ metric_id: id }) => id === "revenue");
  expect(
    await ask(
      `select fingerprint, certification_status, array_to_string(source_models, ','), calculation_sql
      from shop.metric_registry where metric_id = 'revenue'`,
    ),
  ).toEqual([
    [revenue?.fingerprint, revenue?.certification_status, revenue?.source_models.join(","), revenue?.calculation_sql],
  ]);
  await writer.close();
});
