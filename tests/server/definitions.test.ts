import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Catalog, Certification } from "../../src/catalog/index.ts";
import { loadCatalog } from "../../src/compile/index.ts";
import { placeOf } from "../../src/diagnostics/index.ts";
import { loadGoverned } from "../../src/governance/index.ts";
import { type DefinitionsState, keepDefinitions, type LiveDefinitions, loadAside } from "../../src/server/index.ts";

const MODEL = `model: orders
description: One row an order.
owner: shop
table: shop.orders
primary_key: order_id
time: ordered_at
columns: { order_id: int, amount: decimal, ordered_at: timestamp }
entities: { order: primary }
dimensions: { ordered_at: day }
measures: { revenue: sum(amount) }
`;

const metric = (name: string, description: string) =>
  `metric: ${name}\ndescription: ${description}\nowner: shop\nmodel: orders\nmeasure: revenue\n`;

let live: LiveDefinitions | null = null;
afterEach(() => live?.close());

interface Watched {
  readonly folder: string;
  readonly write: (name: string, text: string) => void;
  readonly live: LiveDefinitions;
  readonly served: () => Catalog;
  readonly reads: { readonly outcome: string; readonly state: DefinitionsState }[];
}

function serving({
  isWatched = false,
  settleMs = 20,
  certifications = new Map<string, Certification>(),
} = {}): Watched {
  const folder = mkdtempSync(join(tmpdir(), "assay-definitions-"));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("orders.yaml", MODEL);
  write("revenue.yaml", metric("revenue", "Sales."));
  let { catalog } = loadCatalog(folder);
  if (!catalog) throw new Error("the first definitions do not load");
  if (certifications.size > 0) catalog = { ...catalog, certifications };
  const reads: Watched["reads"] = [];
  live = keepDefinitions({
    folder,
    catalog,
    isWatched,
    settleMs,
    swap: (next) => void (catalog = next),
    onRead: (state, outcome) => void reads.push({ state, outcome }),
  });
  const served = (): Catalog => {
    if (!catalog) throw new Error("nothing is served");
    return catalog;
  };
  return { folder, write, live, served, reads };
}

test("what is read aside is the catalog that would be read here", async () => {
  const [aside, here] = [await loadAside("metrics"), loadGoverned("metrics", new Date(), null)];
  expect(aside.catalog).toEqual(here.catalog);
  expect(aside.catalog?.version).toBe(here.catalog?.version);
});

test("new definitions take the place of the old altogether", async () => {
  const { write, live, served, reads } = serving();
  const before = served();
  write("revenue.yaml", metric("revenue", "Sales of paid orders."));
  write("income.yaml", metric("income", "The same."));
  const state = await live.reload();
  expect([...served().metrics.keys()].sort()).toEqual(["income", "revenue"]);
  expect(before.metrics.size).toBe(1);
  expect(state).toMatchObject({ version: served().version, problem: null });
  expect(reads.map(({ outcome }) => outcome)).toEqual(["swapped"]);
});

test("an equal catalog is not swapped", async () => {
  const { live, served, reads } = serving();
  const before = served();
  await live.reload();
  expect(served()).toBe(before);
  expect(reads.map(({ outcome }) => outcome)).toEqual(["unchanged"]);
});

test("the old is kept where anything is wrong, with the place of it, until it is mended", async () => {
  const { folder, write, live, served } = serving();
  const before = served();
  write("broken.yaml", metric("broken", "Wrong.").replace("orders", "nothing"));
  const { problem, version } = await live.reload();
  expect(served()).toBe(before);
  expect(version).toBe(before.version);
  const places = problem?.diagnostics.map(({ span }) => span && placeOf(span)) ?? [];
  expect(places).toEqual([expect.stringMatching(/broken\.yaml:4:8$/)]);
  expect(problem?.message).toBe("1 error");

  write("another.yaml", metric("another", "Wrong.").replace("orders", "nothing"));
  expect((await live.reload()).problem?.message).toBe("2 errors");
  rmSync(join(folder, "another.yaml"));

  write("broken.yaml", metric("broken", "Right."));
  expect((await live.reload()).problem).toBeNull();
  expect(served().metrics.has("broken")).toBe(true);
});

test("a certification ends on its day, also where the folder cannot be served then", async () => {
  const until = (expiresAt: string, status: Certification["status"]): Certification => ({
    status,
    approvalMode: "unsigned",
    fingerprint: "fp/1:sha256:00",
    certifiedAt: "2020-01-01",
    expiresAt,
    reason: "Signed.",
    history: [],
  });
  const today = new Date().toISOString().slice(0, 10);
  const certifications = new Map([
    ["revenue", until(today, "certified")],
    ["emergency", until(today, "provisional")],
    ["later", until("9999-12-31", "certified")],
    ["gone", until("2020-02-01", "revoked")],
  ]);
  const { write, live, served } = serving({ certifications });
  const statuses = () => [...served().certifications.values()].map(({ status }) => status);
  write("broken.yaml", "metric: [");
  expect((await live.reload()).problem).not.toBeNull();
  expect(statuses()).toEqual(["expired", "suspended", "certified", "revoked"]);
  const lapsed = served();
  await live.reload();
  expect(served()).toBe(lapsed);
});

test.each([
  ["half a file", (watched: Watched) => watched.write("revenue.yaml", metric("revenue", "Sales.").slice(0, 30))],
  [
    "an empty folder",
    ({ folder }: Watched) => ["orders.yaml", "revenue.yaml"].forEach((name) => rmSync(join(folder, name))),
  ],
  ["no folder", ({ folder }: Watched) => rmSync(folder, { recursive: true })],
  [
    "one bad definition of two hundred",
    (watched: Watched) => {
      for (let i = 0; i < 199; i++) watched.write(`m${i}.yaml`, metric(`m${i}`, "Sales."));
      watched.write("bad.yaml", "metric: [");
    },
  ],
])("%s changes nothing that is served", async (_, spoil) => {
  const watched = serving();
  const before = watched.served();
  spoil(watched);
  const { problem } = await watched.live.reload();
  expect(problem).not.toBeNull();
  expect(watched.served()).toBe(before);
});

test("a watched folder is read again when a file in it changes, once for many changes", async () => {
  const { write, served, reads } = serving({ isWatched: true, settleMs: 100 });
  for (let i = 0; i < 100; i++) write("revenue.yaml", metric("revenue", `Version ${i}.`));
  await expect.poll(() => served().metrics.get("revenue")?.description).toBe("Version 99.");
  expect(reads.length).toBeLessThan(5);
});

test("what is asked while it reads is answered by one more reading", async () => {
  const { write, live, served, reads } = serving();
  const first = live.reload();
  write("late.yaml", metric("late", "Late."));
  const all = await Promise.all([first, ...Array.from({ length: 20 }, () => live.reload())]);
  await live.reload();
  expect(served().metrics.has("late")).toBe(true);
  expect(all.length).toBe(21);
  expect(reads.length).toBeLessThanOrEqual(3);
});
