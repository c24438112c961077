import { describe, expect, test } from "vitest";
import { parseDefinitions, printYaml } from "../../src/definition/index.ts";

describe("a printed definition", () => {
  test.each([
    ["plain words", "description: plain words\n"],
    ["yes: no # not a comment", 'description: "yes: no # not a comment"\n'],
    ["{{ Dimension('order__status') }} = 'x'", "description: \"{{ Dimension('order__status') }} = 'x'\"\n"],
    ["1", 'description: "1"\n'],
    ["null", 'description: "null"\n'],
    ["- a, [b], {c}", 'description: "- a, [b], {c}"\n'],
    ["ends with a space of print\u00a0", null],
    ["\u2003!starts with one", null],
    ["two\nlines: here", "description: |-\n  two\n  lines: here\n"],
    ["case\n  when: x\n\nend", "description: |-\n  case\n    when: x\n\n  end\n"],
    ["ends with\n", 'description: "ends with\\n"\n'],
    ["  indented\n  text", 'description: "  indented\\n  text"\n'],
    ["tab\tand \"quotes\" and 'these'\\", null],
    [`${"word ".repeat(40)}end`, null],
    [`${"long-".repeat(40)}  ${"spaces ".repeat(20)}end`, null],
  ])("says the text %j as it is", (description, line) => {
    const text = printYaml({ model: "orders", table: "shop.orders", description });
    if (line !== null) expect(text).toBe(`model: orders\ntable: shop.orders\n${line}`);
    const { definitions, diagnostics } = parseDefinitions([{ path: "orders.yaml", text }]);
    expect(diagnostics).toEqual([]);
    expect(definitions.models[0]?.description).toBe(description);
  });

  test("has long texts folded, lists and mappings in a line where they fit, and sections spread out", () => {
    const text = printYaml(
      {
        model: "orders",
        description: `${"All the orders of the shop. ".repeat(5)}End.`,
        label: undefined,
        dimensions: { status: null, day: "day", large: { expr: "amount > 1000", label: "Large, {very}" } },
        tags: ["a, b", "c"],
        inputs: ["revenue", { metric: "x".repeat(60), filter: ["y".repeat(60), "z"] }],
      },
      ["dimensions"],
    );
    expect(text).toBe(`\
model: orders
description: >-
  All the orders of the shop. All the orders of the shop. All the orders of the shop. All the orders of the
  shop. All the orders of the shop. End.
dimensions:
  status:
  day: day
  large: { expr: amount > 1000, label: "Large, {very}" }
tags: ["a, b", c]
inputs:
  - revenue
  - metric: ${"x".repeat(60)}
    filter: [${"y".repeat(60)}, z]
`);
  });

  test("has no letters that a reader cannot see", () => {
    expect(printYaml({ model: "orders", description: "a\u202eb\u0007c" })).toBe("model: orders\ndescription: a b c\n");
    expect(printYaml({ tags: ["a\u202eb"] })).toBe("tags: [a b]\n");
  });
});
