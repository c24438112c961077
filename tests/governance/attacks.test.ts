import { describe, expect, test } from "vitest";
import type { LedgerEvent } from "../../src/governance/ledger/event.ts";
import { digestOf, payloadOf, printEvent } from "../../src/governance/ledger/print-event.ts";
import { canonicalJson, sha256 } from "../../src/std/index.ts";
import {
  type GovernedProject,
  governedProject,
  ISSUED,
  keyRing,
  type Report,
  type ReportedFinding,
  told,
} from "../support/governed-project.ts";

const REVENUE = "metrics/finance/revenue.yaml";
const FIRST = "governance/certifications/revenue/0001.json";

function eventOf(project: GovernedProject, file = FIRST): LedgerEvent {
  return JSON.parse(project.read(file));
}

/** The certify that would follow the first one, all of it as it should be but for this; signed by these. */
function forged(project: GovernedProject, draft: Partial<LedgerEvent>, ...names: readonly string[]): LedgerEvent {
  const first = eventOf(project);
  const { batch: _, ...rest } = first;
  const event: LedgerEvent = {
    ...rest,
    seq: 2,
    issued: "2026-11-21",
    expires: "2027-05-20",
    prev: digestOf(first),
    ...draft,
    approvals: [],
  };
  const approvals = names.map((by) => ({ by, sig: keyRing().sign(by, payloadOf(event)) }));
  return { ...event, approvals };
}

function writeEvent(project: GovernedProject, event: LedgerEvent): void {
  const name = String(event.seq).padStart(4, "0");
  project.write({ [`governance/certifications/${event.metric}/${name}.json`]: printEvent(event) });
  project.commit();
}

const FOUR = ["alice", "bob", "carol", "dave"];

test("what lies on main is sound, by itself and for the nightly run", async () => {
  const project = await governedProject();
  const report = await project.check();
  expect([told(report), report.exit, report.status]).toEqual([[], 0, "ok"]);
  expect(report.effective).toEqual({
    "key_revenue@1": "certified",
    "net_revenue@1": "certified",
    "order_value@1": "certified",
    "orders@1": "certified",
    "refunds@1": "certified",
    "revenue@1": "certified",
    "visits@1": "none",
  });
  expect(told(await project.check(["--all", "--strict"]))).toEqual([]);
});

describe("typed, edited, forged", () => {
  test("a claim that nobody signed is unsupported", async () => {
    const project = await governedProject();
    project.edit("metrics/web/visits.yaml", "owner: web\n", "owner: web\ncertification: certified\n");
    const report = await project.check();
    expect([told(report), report.exit]).toEqual([["CLAIM_UNSUPPORTED visits@1"], 1]);
    expect(report.effective["visits@1"]).toBe("none");
  });

  test("an event that was merged is not edited, whoever looks at it", async () => {
    const project = await governedProject();
    project.edit(FIRST, '"reason": "FY27 definitions"', '"reason": "FY28 definitions"');
    const report = await project.check();
    expect(told(report)).toEqual([`LEDGER_REWRITTEN ${FIRST}`, "SIGNATURE_INVALID revenue@1"]);
    expect(report.effective).toMatchObject({
      "revenue@1": "invalid",
      "net_revenue@1": "invalid",
      "orders@1": "certified",
    });
  });

  test("events, batches and evidence that were merged are not taken away", async () => {
    const project = await governedProject();
    project.git("rm", "-r", "--quiet", "governance/certifications/revenue");
    project.commit();
    const report = await project.check();
    expect(told(report)).toEqual(expect.arrayContaining([`LEDGER_REWRITTEN ${FIRST}`, "CLAIM_UNSUPPORTED revenue@1"]));
    expect(report.exit).toBe(1);
    const other = await governedProject();
    other.git("rm", "-r", "--quiet", "governance/batches");
    other.commit();
    expect(told(await other.check())[0]).toMatch(/^LEDGER_REWRITTEN governance\/batches\//);
  });

  test("an approval that is copied from another event is none", async () => {
    const project = await governedProject();
    const signed = forged(project, { reason: "One thing" }, ...FOUR);
    writeEvent(project, { ...forged(project, { reason: "Another" }), approvals: signed.approvals });
    const report = await project.check();
    expect(told(report)).toEqual(["SIGNATURE_INVALID revenue@1"]);
    expect(report.effective["revenue@1"]).toBe("invalid");
  });

  test("a signature of a stranger, of a leaver, and none at all do not count", async () => {
    const stranger = await governedProject();
    writeEvent(stranger, forged(stranger, {}, ...FOUR, "mallory"));
    expect(told(await stranger.check())).toEqual(["SIGNATURE_INVALID revenue@1"]);

    const leaver = await governedProject();
    leaver.git("switch", "--quiet", "main");
    const line = `dave ${keyRing().publicKey("dave")}`;
    const left = `dave valid-before="20261120120000Z" ${keyRing().publicKey("dave")}`;
    leaver.edit("governance/allowed_signers", line, left);
    leaver.git("switch", "--quiet", "--create", "late");
    writeEvent(leaver, forged(leaver, { issued: ISSUED, expires: "2027-05-19" }, ...FOUR));
    const report = await leaver.check();
    expect(told(report)).toEqual(["SIGNER_NOT_VALID_NOW revenue@1"]);
    expect(report.findings[0]?.message).toContain("dave");

    const bare = await governedProject();
    const named = FOUR.map((by) => ({ by }));
    writeEvent(bare, { ...forged(bare, {}), approvals: named });
    const unsigned = await bare.check();
    expect(told(unsigned)).toEqual(["APPROVAL_UNSIGNED revenue@1"]);
    expect([unsigned.status, unsigned.effective["revenue@1"]]).toEqual(["findings", "certified"]);
  });

  test.each([
    ["CERT_POSTDATED", { issued: "2026-12-01", expires: "2027-01-01" }],
    ["CERT_VALIDITY_TOO_LONG", { expires: "2036-11-21" }],
    ["EVENT_INVALID", { policy: `sha256:${"0".repeat(64)}` }],
    ["EVENT_INVALID", { prev: `sha256:${"0".repeat(64)}` }],
  ])("%s: signed by all, %j", async (rule, draft) => {
    const project = await governedProject();
    writeEvent(project, forged(project, draft, ...FOUR));
    const report = await project.check();
    expect([told(report), report.effective["revenue@1"]]).toEqual([[`${rule} revenue@1`], "invalid"]);
  });
});

describe("a report of how numbers change", () => {
  /** A certification of a changed `revenue` that leans on a report about these two definitions. */
  async function leaning(pair: (before: string, after: string) => readonly string[]): Promise<GovernedProject> {
    const project = await governedProject();
    project.edit("metrics/finance/orders.yaml", "count(*)", "count(customer_id)");
    await project.act("certify", "orders", "--cascade", "--reason", "Guests do not count");
    const file = "governance/certifications/orders/0002.json";
    const event = eventOf(project, file);
    const [before, after] = pair(
      eventOf(project, "governance/certifications/orders/0001.json").fingerprint,
      event.fingerprint,
    );
    const impact = { schema: "metrics-impact/1", metric: "orders", before, after };
    const digest = sha256(canonicalJson(impact));
    const { batch: _, ...draft } = event;
    const due = { ...draft, evidence: { ...event.evidence, impact: `sha256:${digest}` } };
    const approvals = FOUR.map((by) => ({ by, sig: keyRing().sign(by, payloadOf(due)) }));
    project.write({ [`governance/evidence/${digest}.json`]: JSON.stringify(impact) });
    writeEvent(project, { ...due, approvals });
    return project;
  }
  const ofOrders = (report: Report) => told(report).filter((one) => one.endsWith("orders@1"));

  test("is about this change", async () => {
    expect(ofOrders(await (await leaning((before, after) => [before, after])).check())).toEqual([]);
    const reused = await leaning((before) => [before, `fp/1:sha256:${"0".repeat(64)}`]);
    expect(ofOrders(await reused.check())).toEqual(["EVIDENCE_MISMATCH orders@1"]);
  });

  test("is there, as it was signed", async () => {
    const project = await leaning((before, after) => [before, after]);
    const [file = ""] = project.git("ls-files", "governance/evidence").split("\n");
    project.edit(file, '"metric":"orders"', '"metric": "orders", "note": "fine"');
    expect(ofOrders(await project.check())).toEqual(["EVIDENCE_MISSING orders@1"]);
    project.write({ [file]: null });
    expect(ofOrders(await project.check())).toEqual(["EVIDENCE_MISSING orders@1"]);
  });
});

describe("the definition changes under its certification", () => {
  const causes: readonly (readonly [string, string, string, string, Partial<ReportedFinding>])[] = [
    [
      "a measure that metrics share",
      "metrics/models/orders.yaml",
      "sales: sum(amount)",
      "sales: sum(amount - discount)",
      {
        subject: "key_revenue@1",
        line: 23,
        cause: "model orders: measures.sales was sum(amount), is sum(amount - discount)",
        effects: ["net_revenue@1", "order_value@1", "revenue@1"],
      },
    ],
    [
      "SQL in a file",
      "metrics/models/returns.sql",
      "WHERE NOT voided",
      "WHERE true",
      {
        subject: "refunds@1",
        line: 3,
        cause: "model returns: sql_file was WHERE NOT voided, is WHERE true",
        effects: ["net_revenue@1"],
      },
    ],
    [
      "a join",
      "metrics/models/orders.yaml",
      "customer: customer_id",
      "customer: { type: foreign, key: order_id }",
      { subject: "key_revenue@1", line: 16, effects: [] },
    ],
    [
      "a source",
      "metrics/models/orders.yaml",
      "table: shop.orders",
      "table: shop.orders_v2",
      {
        line: 4,
        cause: "model orders: table was shop.orders, is shop.orders_v2",
        subject: "key_revenue@1",
        effects: ["net_revenue@1", "order_value@1", "orders@1", "revenue@1"],
      },
    ],
    [
      "a variable of the project",
      "metrics/project.yaml",
      "time_zone: UTC",
      "time_zone: Asia/Tokyo",
      { line: 2, cause: "project: time_zone was UTC, is Asia/Tokyo" },
    ],
    [
      "a default",
      "metrics/models/orders.yaml",
      "time: ordered_at",
      "time: paid_at",
      { line: 6, cause: "model orders: time was ordered_at, is paid_at" },
    ],
    [
      "a filter of its own",
      REVENUE,
      "filter: status = 'paid'",
      "filter: status <> 'cancelled'",
      {
        subject: "revenue@1",
        line: 9,
        cause: "metric revenue: filter was status = 'paid', is status <> 'cancelled'",
        effects: ["net_revenue@1", "order_value@1"],
      },
    ],
    [
      "an input of a formula",
      "metrics/finance/net_revenue.yaml",
      "expr: revenue - refunds",
      "expr: revenue - 2 * refunds",
      { subject: "net_revenue@1", line: 6, effects: [] },
    ],
  ];
  test.each(causes)("%s", async (_, file, from, to, finding) => {
    const project = await governedProject();
    project.edit(file, from, to);
    const report = await project.check();
    expect(report.findings.map(({ rule }) => rule)).toEqual(["CERT_STALE"]);
    expect(report.findings[0]).toMatchObject({ file, ...finding });
    expect(report.exit).toBe(1);
    for (const metric of [report.findings[0]?.subject ?? "", ...(finding.effects ?? [])]) {
      expect([metric, report.effective[metric]]).toEqual([metric, "stale"]);
    }
    expect(report.findings[0]?.fix).toMatch(/^assay certify /);
  });

  test("a policy of rows", async () => {
    const project = await governedProject();
    project.edit("metrics/policies.yaml", "rows: region = claim('region')", "rows: all");
    const report = await project.check();
    expect(told(report)).toEqual([
      "ACCESS_CHANGED key_revenue@1",
      "CERT_STALE key_revenue@1",
      // A return belongs to an order, so that refunds may be grouped by what is guarded.
      "GROUPED_ACCESS_CHANGED refunds@1",
    ]);
    const place = {
      file: "metrics/policies.yaml",
      line: 3,
      cause: "policy orders: roles.analyst.rows was region = claim('region'), is all",
    };
    expect(report.findings).toMatchObject([
      { ...place, severity: "error", effects: ["net_revenue@1", "order_value@1", "orders@1", "revenue@1"] },
      { ...place, severity: "error", effects: ["net_revenue@1", "order_value@1", "orders@1", "revenue@1"] },
      { ...place, severity: "warning" },
    ]);
    expect(report.effective["refunds@1"]).toBe("certified");
  });

  test("two edits are two causes, each with what it unsettles", async () => {
    const project = await governedProject();
    project.edit("metrics/models/returns.sql", "WHERE NOT voided", "WHERE true");
    project.edit("metrics/finance/orders.yaml", "count(*)", "count(customer_id)");
    const report = await project.check();
    expect(report.findings.map(({ rule, subject, effects }) => [rule, subject, effects])).toEqual([
      ["CERT_STALE", "orders@1", ["order_value@1"]],
      ["CERT_STALE", "refunds@1", ["net_revenue@1"]],
    ]);
  });
});

describe("what keeps a certification", () => {
  const benign: readonly (readonly [string, (project: GovernedProject) => void])[] = [
    ["layout", (p) => p.edit(REVENUE, "filter: status = 'paid'", "filter: >-\n  (status   = 'paid')")],
    ["a comment", (p) => p.edit(REVENUE, "unit: USD", "# dollars\nunit: USD")],
    ["line ends of Windows", (p) => p.write({ [REVENUE]: p.read(REVENUE).replaceAll("\n", "\r\n") })],
    [
      "line ends of Windows in SQL, keys, policy and events",
      (p) => {
        for (const file of [
          "metrics/models/returns.sql",
          "governance/policy.yaml",
          "governance/allowed_signers",
          FIRST,
        ]) {
          p.write({ [file]: p.read(file).replaceAll("\n", "\r\n") });
        }
      },
    ],
    [
      "another place",
      (p) => {
        p.write({ "metrics/board/top_line.yaml": p.read(REVENUE), [REVENUE]: null });
      },
    ],
    ["a description", (p) => p.edit(REVENUE, "The revenue of the shop.", "All that was paid.")],
    ["tags", (p) => p.edit(REVENUE, "unit: USD", "unit: USD\ntags: [board]")],
    [
      "another dimension",
      (p) =>
        p.edit(
          "metrics/models/orders.yaml",
          "  region:\n  ordered_at",
          "  region:\n  is_large: { expr: amount > 100 }\n  ordered_at",
        ),
    ],
    [
      "another column",
      (p) => p.edit("metrics/models/orders.yaml", "  region: string\n", "  region: string\n  note: string\n"),
    ],
    [
      "SQL in lower case",
      (p) => p.edit("metrics/models/returns.sql", "WHERE NOT voided", "where  not voided -- of ours"),
    ],
    [
      "another metric",
      (p) =>
        p.write({
          "metrics/web/buyers.yaml":
            "metric: buyers\ndescription: Buyers.\nowner: web\nmodel: orders\nmeasure: count_distinct(customer_id)\n",
        }),
    ],
    [
      "the name of an input",
      (p) =>
        p.edit(
          "metrics/finance/net_revenue.yaml",
          "expr: revenue - refunds\ninputs: [revenue, { metric: refunds, as: refunds }]",
          "expr: revenue - back\ninputs: [revenue, { metric: refunds, as: back }]",
        ),
    ],
  ];
  test.each(benign)("%s", async (_, change) => {
    const project = await governedProject();
    change(project);
    project.commit();
    const report = await project.check(["--strict"]);
    expect([told(report), report.exit]).toEqual([[], 0]);
    const { "visits@1": _none, "buyers@1": _new, ...others } = report.effective;
    expect(new Set(Object.values(others))).toEqual(new Set(["certified"]));
  });
});
