import { describe, expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import { compileShop, expectFinding } from "./support.ts";

const CLAIMS = "project: shop\nclaims: { region: string, teams: { list: string }, level: int }\n---\n";

/** The other model has a policy too, so that nothing is said of it. */
const CUSTOMERS = "---\npolicy: customers\nroles: { analyst: { rows: all, fields: all } }\n";

function policy(text: string): string {
  return `${CLAIMS}policy: orders\n${text}\n${CUSTOMERS}`;
}

/** The policy of orders with one role. */
function role(text: string): string {
  return policy(`roles: { analyst: { ${text} } }`);
}

test("a policy that is right says nothing of itself", () => {
  const { diagnostics } = compileShop(
    role(
      "rows: status = claim('region') and amount > claim('level'), fields: { except: [url] }, masks: { status: hash }",
    ),
  );
  expect(diagnostics.filter(({ code }) => code.startsWith("policy/"))).toEqual([]);
});

describe("names", () => {
  test("a policy is of a model that exists", () => {
    const { help } = expectFinding(
      "policy/unknown-model",
      `${policy("public: true")}---\npolicy: «ordres»\npublic: true\n`,
    );
    expect(help).toBe('did you mean "orders"?');
  });

  test.each([
    ["a list", "fields: [revenue, «statsu»]"],
    ["an exception", "fields: { except: [«amuont»] }"],
  ])("what %s of fields names is something of the model: a slip would hide nothing", (_, fields) => {
    expectFinding("policy/unknown-field", role(`rows: all, ${fields}`));
  });

  test.each(["fields: [«sold_v1»]", "fields: { except: [«sold_v1»] }"])(
    "a metric is named with all its versions: %s",
    (fields) => {
      const sold = (version: number) =>
        `---\nmetric: sold\nversion: ${version}\ndefault_version: 2\nmodel: orders\nmeasure: count(*)\n`;
      const { help } = expectFinding("policy/one-version", `${role(`rows: all, ${fields}`)}${sold(1)}${sold(2)}`);
      expect(help).toBe("write sold");
    },
  );

  test("columns, dimensions, entities, measures and metrics can be named", () => {
    const fields = "fields: [url, host, customer, buyers, revenue]";
    expect(compileShop(role(`rows: all, ${fields}`)).catalog).not.toBeNull();
  });

  test("conditions read columns of the model, not dimensions of others", () => {
    expectFinding("policy/unknown-column", role("rows: «region» = claim('region'), fields: all"));
  });

  test("claims are declared", () => {
    const { help } = expectFinding("policy/unknown-claim", role("rows: status = «claim('reigon')», fields: all"));
    expect(help).toBe('did you mean "region"?');
  });

  test("masks and required filters are dimensions", () => {
    expectFinding("policy/mask-not-a-dimension", role("rows: all, fields: all, masks: { «amount»: null }"));
    expectFinding("policy/required-filter", role("rows: all, fields: all, required_filters: [«customer»]"));
  });
});

describe("conditions", () => {
  test.each([
    ["a number against a text", "amount = «claim('region')»"],
    ["a text against a number", "status = «claim('level')»"],
  ])("%s is refused, for nothing is converted", (_, rows) => {
    const { diagnostics } = compileShop(role(`rows: ${rows.replace(/[«»]/g, "")}, fields: all`));
    expect(diagnostics.map(({ code }) => code)).toContain("policy/type");
  });

  test("a list stands alone after IN, and nowhere else", () => {
    expectFinding("policy/list-claim", role("rows: status = «claim('teams')», fields: all"));
    expectFinding("policy/list-claim", role(`rows: "status in (status, «claim('teams')»)", fields: all`));
    expect(compileShop(role(`rows: "status in (claim('teams'))", fields: all`)).catalog).not.toBeNull();
  });

  test("a condition is true or false, and about a column", () => {
    expectFinding("policy/not-a-condition", role("rows: «amount», fields: all"));
    expectFinding("policy/no-column", role("rows: «claim('region') = 'EMEA'», fields: all"));
  });

  test("mandatory ones are checked alike", () => {
    expectFinding(
      "policy/unknown-claim",
      policy("mandatory: status = «claim('tenant')»\nroles: { a: { rows: all, fields: all } }"),
    );
  });
});

describe("masks", () => {
  test.each([
    ["ordered_at", "hash"],
    ["ordered_at", "last_four"],
    ["ordered_at", "{ constant: x }"],
    ["status", "month"],
  ])("%s cannot be masked by %s", (dimension, mask) => {
    expectFinding("policy/mask-type", role(`rows: all, fields: all, masks: { «${dimension}»: ${mask} }`));
  });

  test("what is hidden needs no mask", () => {
    expectFinding("policy/mask-hidden", role("rows: all, fields: { except: [status] }, masks: { «status»: hash }"));
  });
});

test.each([
  "rows: status = 'paid', fields: all",
  "rows: all, fields: [revenue]",
  "rows: all, fields: all, masks: { status: hash }",
])("a public model has no role that sees less: %s", (narrower) => {
  expectFinding("policy/public-role", policy(`public: true\nroles: { «analyst»: { ${narrower} } }`));
  const explains = policy("public: true\nroles: { analyst: { rows: all, fields: all, explain: true } }");
  expect(compileShop(explains).catalog).not.toBeNull();
});

describe("advice", () => {
  test("a model without a policy is closed, which is said once any has one", () => {
    expect(compileShop().diagnostics.map(({ code }) => code)).not.toContain("policy/none");
    const { diagnostics } = compileShop(role("rows: all, fields: all").replace(CUSTOMERS, ""));
    const closed = diagnostics.filter(({ code }) => code === "policy/none");
    expect(closed.map(({ message, severity }) => [severity, message])).toEqual([
      ["warning", 'Model "customers" has no policy: only the operator sees it.'],
    ]);
  });

  test("an open fact tells about the governed dimension beside it", () => {
    const { diagnostics } = compileShop(
      `${CLAIMS}policy: orders\nroles: { a: { rows: all, fields: all } }\n---\npolicy: customers\nroles: { a: { rows: region = claim('region'), fields: all } }\n`,
    );
    expect(diagnostics.map(({ code }) => code)).toContain("policy/ungoverned-beside-governed");
  });
});

test.each([
  ["nothing", "policy: orders\n"],
  ["no role", "policy: orders\nroles: {}\n"],
  ["a role without rows", "policy: orders\nroles: { analyst: { fields: all } }\n"],
  ["a role without fields", "policy: orders\nroles: { analyst: { rows: all } }\n"],
  ["a misspelt key", "policy: orders\nrole: { analyst: { rows: all, fields: all } }\n"],
  ["an empty row condition", "policy: orders\nroles: { analyst: { rows: , fields: all } }\n"],
])("a policy with %s does not load: what is forgotten must not open or close a model in silence", (_, text) => {
  const { diagnostics } = parseDefinitions([{ path: "metrics/policy.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error").length).toBeGreaterThan(0);
});
