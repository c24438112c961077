/** The sample company as its own rules judge it, on a day that does not move. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Catalog, certificationOf } from "../../src/catalog/index.ts";
import {
  certify,
  checkTree,
  codeowners,
  foldTree,
  loadGoverned,
  organisationOf,
  readTree,
} from "../../src/governance/index.ts";
import { ensureSample } from "../../src/sample/index.ts";
import { keepDefinitions, type LiveDefinitions } from "../../src/server/index.ts";
import { type Api, startApi } from "../graphql/support.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const tree = readTree("metrics");
const catalog = governed("metrics", NOW);

function governed(folder: string, now: Date): Catalog {
  const loaded = loadGoverned(folder, now, null);
  if (!loaded.catalog) throw new Error(loaded.diagnostics.map(({ message }) => message).join("\n"));
  return loaded.catalog;
}

const MEND = "run npm run govern:sample, and commit what it writes";

test("some metrics are certified with all that they are made of, one is stale, and no claim goes beyond that", () => {
  const statuses = [...catalog.metrics.values()].map((metric) => [metric.name, certificationOf(catalog, metric)]);
  const signed = statuses.filter(([, status]) => status !== "none");
  expect(Object.fromEntries(signed), MEND).toEqual({
    active_customers: "certified",
    arr: "certified",
    average_order_value: "certified",
    mrr: "certified",
    net_revenue: "certified",
    orders: "certified",
    refunds: "certified",
    revenue: "certified",
    units_sold: "stale",
  });
  const claimed = [...catalog.metrics.values()].filter(({ certificationClaim }) => certificationClaim !== "none");
  const certified = signed.flatMap(([name, status]) => (status === "certified" ? name : []));
  expect(new Set(claimed.map(({ name }) => name))).toEqual(new Set(certified));
});

test("a check finds that one stale, which its definition does not deny, and nothing else", () => {
  const how = { head: tree, base: null, now: NOW, isStrict: false, trustRoot: null };
  for (const isWhole of [false, true]) {
    const { findings, exit } = checkTree({ ...how, isWhole });
    expect(findings, MEND).toMatchObject([{ rule: "CERT_STALE", severity: "warning", subject: "units_sold@1" }]);
    expect(exit).toBe(0);
  }
});

test("every certified metric has what its certification needs, and the tests that were tried are those that are there", async () => {
  const names = [...catalog.metrics.values()].filter(({ certificationClaim }) => certificationClaim === "certified");
  const how = { reason: "Again", expires: null, isEmergency: false, isCascade: false, isMerged: () => true, now: NOW };
  const { lacking, events } = await certify(tree, { ...how, metrics: names.map(({ name }) => name) });
  expect(lacking, MEND).toEqual(new Map());
  for (const { metric, evidence } of events) {
    expect(tree.events.get(metric)?.at(-1)?.event.evidence, MEND).toEqual(evidence);
  }
}, 120_000);

test("a deprecation that its definition does not tell of is shown as it was signed", () => {
  const project = mkdtempSync(path.join(tmpdir(), "assay-governed-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  for (const folder of ["metrics", "governance"]) cpSync(folder, path.join(project, folder), { recursive: true });
  const file = path.join(project, "metrics/sales/gross_sales.yaml");
  const without = readFileSync(file, "utf8").replace(/^(sunset|replaced_by|lifecycle): .*\n/gm, "");
  writeFileSync(file, without);
  const told = { lifecycle: "deprecated", sunset: "2027-03-31", replacedBy: "revenue" };
  expect(governed(path.join(project, "metrics"), NOW).metrics.get("gross_sales")).toMatchObject(told);
  writeFileSync(file, `${without}lifecycle: deprecated\nsunset: 2028-01-31\nreplaced_by: net_revenue\n`);
  const own = { lifecycle: "deprecated", sunset: "2028-01-31", replacedBy: "net_revenue" };
  expect(governed(path.join(project, "metrics"), NOW).metrics.get("gross_sales")).toMatchObject(own);
});

test("CODEOWNERS is what the owners say, and no private key lies beside the public ones", () => {
  const written = readFileSync(".github/CODEOWNERS", "utf8");
  const { certifications } = foldTree(tree, NOW);
  const signed = [...certifications].flatMap(([name, { status }]) => (status === "none" ? [] : [name]));
  expect(written, MEND).toBe(codeowners(tree, organisationOf(written) ?? "", new Set(signed)));
  const governance = [...tree.files.values()].filter((file) => file.path.startsWith("governance/"));
  expect(governance.length).toBeGreaterThan(10);
  expect(governance.filter(({ text }) => text.includes("PRIVATE KEY"))).toEqual([]);
});

describe("behind a server", () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi("metrics", `duckdb:${await ensureSample()}`, { engine: { catalog } });
  });
  afterAll(() => api.close());

  test("whoever asks sees what was signed, by whom and until when", async () => {
    const { data } = await api.ask(`{
      revenue: metric(name: "revenue") { certification { status expiresAt approvalMode history { approvals { by as } } } }
      units: metric(name: "units_sold") { certification { status reason claim } }
      gross: metric(name: "gross_sales") {
        lifecycle sunset replacedBy { name } certification { status history { type sunset replacedBy } } } }`);
    expect(data).toEqual({
      revenue: {
        certification: {
          status: "CERTIFIED",
          expiresAt: "2036-01-03T00:00:00Z",
          approvalMode: "sshsig",
          history: [
            {
              approvals: [
                { by: "alice", as: ["finance-data"] },
                { by: "bela", as: [] },
                { by: "dana", as: [] },
                { by: "frida", as: ["data-platform"] },
                { by: "hanna", as: ["council"] },
                { by: "ivo", as: ["council"] },
              ],
            },
          ],
        },
      },
      units: {
        certification: {
          status: "STALE",
          reason: "It means something else than what event 1 certified: its value changed.",
          claim: "NONE",
        },
      },
      gross: {
        lifecycle: "DEPRECATED",
        sunset: "2027-03-31",
        replacedBy: { name: "revenue" },
        certification: {
          status: "NONE",
          history: [{ type: "deprecate", sunset: "2027-03-31", replacedBy: "revenue" }],
        },
      },
    });
  });

  test("certified metrics are answered where that is required, the stale one and what is made of it are refused", async () => {
    const one = (name: string) => `${name}: query(input: { metrics: ["${name}"], requireCertified: true }) {
      rows refusal { code } }`;
    const names = ["net_revenue", "average_order_value", "units_sold", "units_per_order"];
    const { text } = await api.http({ body: JSON.stringify({ query: `{ ${names.map(one).join("\n")} }` }) });
    const { data, extensions } = JSON.parse(text);
    const refused = { rows: null, refusal: { code: "METRIC_NOT_CERTIFIED" } };
    const answered = { rows: [[expect.anything()]], refusal: null };
    expect(data).toEqual({
      net_revenue: answered,
      average_order_value: answered,
      units_sold: refused,
      units_per_order: refused,
    });
    expect(extensions.metrics).toContainEqual({
      name: "revenue",
      version: 1,
      certification: "CERTIFIED",
      fingerprint: tree.fingerprints.get("revenue")?.certified,
      expiresAt: "2036-01-03",
      freshness: { asOf: expect.any(String) },
      sunset: null,
    });
  });
});

describe("a server that runs on", () => {
  let live: LiveDefinitions | null = null;
  afterEach(() => {
    live?.close();
    vi.useRealTimers();
  });

  /** A copy of the sample, one event of which has not been merged yet. */
  function serving(isWatched: boolean) {
    const project = mkdtempSync(path.join(tmpdir(), "assay-governed-"));
    onTestFinished(() => rmSync(project, { recursive: true }));
    for (const folder of ["metrics", "governance"]) cpSync(folder, path.join(project, folder), { recursive: true });
    const [event, aside] = ["governance/certifications/mrr", "mrr"].map((name) => path.join(project, name));
    renameSync(event!, aside!);
    const folder = path.join(project, "metrics");
    let served = governed(folder, new Date());
    live = keepDefinitions({
      folder,
      catalog: served,
      isWatched,
      settleMs: 20,
      swap: (next) => void (served = next),
      onRead: () => {},
    });
    const status = (name: string) => certificationOf(served, served.metrics.get(name)!);
    return { live, status, merge: () => renameSync(aside!, event!) };
  }

  test.each([
    ["when it is told to read again", false],
    ["by itself where it watches", true],
  ])("takes up an event that was merged, %s", async (_, isWatched) => {
    const { live, status, merge } = serving(isWatched);
    expect([status("mrr"), status("arr"), status("revenue")]).toEqual(["none", "none", "certified"]);
    merge();
    if (!isWatched) await live.reload();
    await expect.poll(() => status("arr")).toBe("certified");
    expect(status("mrr")).toBe("certified");
  });

  test("lets certifications run out at midnight, in UTC", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2036-01-02T23:59:50Z") });
    const { status } = serving(false);
    expect(status("revenue")).toBe("certified");
    vi.advanceTimersByTime(9_000);
    expect(status("revenue")).toBe("certified");
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    await expect.poll(() => status("revenue")).toBe("expired");
  });
});
