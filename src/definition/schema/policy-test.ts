import { z } from "zod";
import { REFUSAL_CODES } from "../../diagnostics/index.ts";
import { GIVEN, QUESTION, ROWS } from "./metric-test.ts";
import { flag, listOf, mapping, oneOrMore, text, word } from "./parts.ts";

const SCALAR = z.union([z.string(), z.number(), z.boolean()]);

const CLAIM = z.union([SCALAR, listOf("a list of texts, numbers or booleans", SCALAR)], {
  error: "a text, a number, true, false, or a list of these",
});

const EXPECT = z.union([word(["allow", "deny"]), mapping("a mapping", { deny: word(REFUSAL_CODES) }), ROWS], {
  error: "allow, deny, deny: with the code of a refusal, or a list of rows",
});

export const POLICY_TESTS = listOf(
  "a list of tests",
  mapping("a mapping with test, as, ask and expect", {
    test: text("a sentence").meta({ description: "What it shows, in a sentence." }),
    as: mapping("a mapping with roles and claims", {
      roles: oneOrMore("a role, or a list of roles", text("a role")).optional(),
      claims: z.record(text("a claim"), CLAIM, { error: "a mapping from claim to value" }).optional(),
    }).meta({ description: "Who asks: roles and claims, as a token holds them." }),
    given: GIVEN,
    ask: mapping("a mapping with metrics, groupBy, where …", {
      metrics: oneOrMore("a metric, or a list of metrics", text("a metric")).optional(),
      ...QUESTION,
      distinct: flag().optional(),
    }).meta({ description: "The question, as a request writes it: metrics, groupBy, where, timeRange …" }),
    expect: EXPECT.meta({
      description:
        "allow, deny, deny: with the code of the refusal, or the rows of the answer over the rows that are given.",
      examples: ["deny", { deny: "UNKNOWN_METRIC" }, [{ orders: 1 }]],
    }),
  }),
).meta({
  id: "policy_tests",
  description: "What somebody with these roles and claims must be answered. Run by assay test.",
  examples: [
    [
      {
        test: "other companies do not exist for an analyst",
        as: { roles: ["analyst"], claims: { tenant: "northwind" } },
        given: { orders: [{ tenant: "northwind" }, { tenant: "contoso" }] },
        ask: { metrics: ["orders"] },
        expect: [{ orders: 1 }],
      },
    ],
  ],
});

export type PolicyTestsShape = z.infer<typeof POLICY_TESTS>;
