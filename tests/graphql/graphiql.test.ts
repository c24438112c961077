import { parse, validate } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "../../src/compile/index.ts";
import { exampleTabs } from "../../src/graphql/graphiql/examples.ts";
import { createGraphiql } from "../../src/graphql/graphiql/page.ts";
import { buildSchema } from "../../src/graphql/index.ts";
import { type Authenticator, OPERATOR } from "../../src/identity/index.ts";
import { type Api, startShop } from "./support.ts";

let shop: Api;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function openPage() {
  return shop.http({ method: "GET", path: "/graphql", headers: browser });
}

test("a browser at / and at /graphql gets the page, other clients do not", async () => {
  const page = await openPage();
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  const root = await shop.http({ method: "GET", path: "/", headers: browser });
  expect([root.status, root.headers.location]).toEqual([302, "/graphql"]);
  expect((await shop.http({ method: "GET", path: "/graphql", headers: { accept: "application/json" } })).status).toBe(
    405,
  );
});

test("everything the page refers to is served from here", async () => {
  const { text } = await openPage();
  const references = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? "");
  const assets = references.filter((url) => url !== "data:,");
  expect(assets).toHaveLength(8);
  const imported = ["answer", "curl", "pending", "picture", "table"].map((name) => `/graphql/assets/${name}.js`);
  for (const path of [...assets, ...imported]) {
    expect(path).toMatch(/^\/graphql\/assets\/[a-z-]+\.(js|css)$/);
    const { status, headers, text: body } = await shop.http({ method: "GET", path });
    expect([path, status]).toEqual([path, 200]);
    expect(headers["content-type"]).toBe(
      path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body.length).toBeGreaterThan(20);
    // Style sheets bring their fonts and pictures along.
    if (path.endsWith(".css")) expect(body.replaceAll(/url\(["']?data:/g, "")).not.toMatch(/url\(|@import/);
  }
});

test("the policy of the page allows scripts from here only, and the page has none of its own", async () => {
  const { headers, text } = await openPage();
  const policy = headers["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  const inline = [...text.matchAll(/<script(?![^>]* src=)([^>]*)>/g)].map(([, attributes]) => attributes);
  expect(inline).toEqual([' type="application/json" id="tabs"']);
  expect(text).not.toMatch(/ on[a-z]+=/);
});

test("the page is told whom a request is taken for, and of a refused credential only that it was", async () => {
  const asked = await shop.http({ method: "GET", path: "/graphql/whoami" });
  expect(JSON.parse(asked.text)).toEqual({
    kind: "operator",
    name: "operator",
    roles: [],
    catalogVersion: shop.engine.catalog.version,
    definitionsProblem: null,
  });
  const headers = { authorization: "Bearer a.b.c" };
  const refused = await shop.http({ method: "GET", path: "/graphql/whoami", headers });
  expect(refused.status).toBe(401);
  expect(refused.text).not.toContain("catalogVersion");
});

test("that definitions are broken is told in full to the operator, to the role monitoring without their words, to others not", async () => {
  const problem = {
    message: "m.yaml:4:8 metric/unknown-model: No model secrets.",
    place: "m.yaml:4:8 metric/unknown-model",
  };
  const authenticator: Authenticator = {
    authenticate: async (role) =>
      role ? { kind: "user", issuer: "us", subject: "ada", name: "Ada", roles: [role], claims: {} } : OPERATOR,
  };
  const broken = await startShop({ http: { authenticator, definitionsProblem: () => problem } });
  const told = async (headers = {}) => {
    const { text } = await broken.http({ method: "GET", path: "/graphql/whoami", headers });
    return JSON.parse(text).definitionsProblem;
  };
  expect(await told()).toBe(problem.message);
  expect(await told({ authorization: "monitoring" })).toBe(problem.place);
  expect(await told({ authorization: "analyst" })).toBeNull();
  await broken.close();
});

test("the tabs of a catalog without the sample's metrics still ask questions it can answer", async () => {
  const tabs = tabsOf((await openPage()).text);
  expect(tabs).toHaveLength(2);
  for (const { query, variables } of tabs) {
    const { data, errors } = await shop.ask(query, JSON.parse(variables ?? "{}"));
    expect(errors).toBeUndefined();
    expect(data.query?.refusal ?? null).toBeNull();
  }
});

test("each of the sample's tabs has a name, explains itself and fits the schema", () => {
  const { catalog } = loadCatalog("metrics");
  if (!catalog) throw new Error("metrics/ does not load");
  const schema = buildSchema({ catalog });
  const tabs = exampleTabs(catalog);
  const names = tabs.map(({ query }) => /^query (\w+)/m.exec(query)?.[1]);
  expect(names.join(" ")).toBe(
    "MRR NRR CAC Revenue Filters Having TopAndOther Totals Breakdown YearOnYear " +
      "SharesAndRanks RunningTotal LastMonths MonthToDate Pages Generic Pending Catalogue",
  );
  for (const { query } of tabs) {
    expect(query).toMatch(/^# /);
    expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
  }
});

test("text in the definitions cannot end the script that holds the tabs", () => {
  const { catalog } = shop.engine;
  const revenue = catalog.metrics.get("revenue");
  if (!revenue) throw new Error("The fixture lacks revenue");
  const evil = { ...revenue, label: "</script><script>alert(1)</script>" };
  const page = createGraphiql(() => ({ ...catalog, metrics: new Map([["revenue", evil]]) })).file("/graphql");
  const html = String(page?.body);
  expect(html).not.toContain("<script>alert");
  expect(tabsOf(html)[0]?.query).toContain("</script><script>alert(1)");
});

test("the tabs ask about the catalog of now, not about the one that the server began with", async () => {
  const { catalog } = shop.engine;
  const gifts = catalog.metrics.get("gifts");
  if (!gifts) throw new Error("The fixture lacks gifts");
  const asked = async () => tabsOf((await openPage()).text)[0]?.query;
  try {
    expect(await asked()).toContain('"revenue"');
    shop.engine.swap({ ...catalog, metrics: new Map([["gifts", gifts]]) });
    expect(await asked()).toContain('"gifts"');
  } finally {
    shop.engine.swap(catalog);
  }
  expect(await asked()).toContain('"revenue"');
});

function tabsOf(html: string): { query: string; variables?: string }[] {
  const json = /<script type="application\/json" id="tabs">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? "null");
}
