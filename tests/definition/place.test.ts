import { array, assert, constantFrom, pre, property } from "fast-check";
import { expect, test } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";

/** The first filter of a metric, as YAML writes it below `metric: m`. */
function filterOf(yaml: string) {
  const text = `metric: m\nexpr: a\n${yaml}\n# end\n`;
  const { definitions, diagnostics } = parseDefinitions([{ path: "metrics/m.yaml", text }]);
  expect(diagnostics).toEqual([]);
  const filter = definitions.metrics[0]?.filters[0];
  if (!filter) throw new Error("The metric has no filter");
  const partAt = (start: number, end: number) => {
    const span = filter.within(start, end);
    return text.slice(span.start, span.end);
  };
  return { ...filter, text, partAt };
}

test.each([
  ["a plain text", "filter: status = paid"],
  ["a plain text with a comment", "filter: status = paid  # why"],
  ["a text in double quotes", 'filter: "status = paid"'],
  ["a text in single quotes", "filter: 'status = paid'"],
  ["a text in a list", "filter: [x, y]".replace("x", "status = paid")],
  ["a text in a block list", "filter:\n  - status = paid\n"],
  ["a literal block", "filter: |\n  status = paid\n"],
  ["a literal block with its own indentation", "filter: |2-\n    status = paid\n"],
  ["a literal block that keeps its end", "filter: |+\n  status = paid\n\n"],
  ["a folded block of one line", "filter: >-\n  status = paid\n"],
  ["a literal block with Windows line ends", "filter: |\r\n  status = paid\r\n"],
])("a part of %s is found in the file", (_, yaml) => {
  const { value, partAt } = filterOf(yaml);
  const start = value.indexOf("paid");
  expect(partAt(start, start + 4)).toBe("paid");
  expect(partAt(value.indexOf("status"), value.indexOf("status") + 6)).toBe("status");
});

test("a part of a later line of a literal block is found in the file", () => {
  const { value, partAt, within } = filterOf("filter: |\n  a = 1\n\n    and b = 2\n  or c = 3\n");
  for (const part of ["a = 1", "and", "b = 2", "or c", "c = 3"]) {
    const start = value.indexOf(part);
    expect(partAt(start, start + part.length)).toBe(part);
  }
  const [from, to] = [value.indexOf("b"), value.indexOf("or")];
  expect(within(from, to).start).toBeLessThan(within(from, to).end);
  expect(partAt(from, to).replaceAll(/\s+/g, " ")).toBe("b = 2 ");
});

test("doubled quotes in single quotes are counted once", () => {
  const { value, partAt } = filterOf("filter: 'status = ''paid'' and region = ''EMEA'''");
  expect(value).toBe("status = 'paid' and region = 'EMEA'");
  expect(partAt(value.indexOf("paid"), value.indexOf("paid") + 4)).toBe("paid");
  expect(partAt(value.indexOf("region"), value.indexOf("region") + 6)).toBe("region");
});

test.each([
  ["escapes in double quotes", 'filter: "a = \\"x\\" or b"', '"a = \\"x\\" or b"'],
  ["a plain text over two lines", "filter: a = 1\n  and b = 2", "a = 1\n  and b = 2"],
  ["a folded block of two lines", "filter: >-\n  a = 1\n  and b = 2", ">-\n  a = 1\n  and b = 2"],
])("where letters moved (%s) a part is the whole text", (_, yaml, whole) => {
  const { partAt } = filterOf(yaml);
  expect(partAt(2, 3).trimEnd()).toBe(whole);
});

test("a part outside of the text is the whole text", () => {
  const { partAt } = filterOf("filter: abc");
  expect(partAt(2, 9)).toBe("abc");
  expect(partAt(-1, 2)).toBe("abc");
});

test("every letter of a text is found where it stands, or the whole text is", () => {
  const words = array(constantFrom("a", "status", "= 'x'", "''", '"q"', "é", "😀", "(", ")", "#1", "  b"), {
    minLength: 1,
    maxLength: 5,
  });
  const writings = [
    (text: string) => `'${text.replaceAll("'", "''")}'`,
    (text: string) => (/["\\]/.test(text) ? null : `"${text}"`),
    (text: string) => `|-\n  ${text.replaceAll("\n", "\n  ")}`,
    (text: string) => `|2\n    ${text.replaceAll("\n", "\n    ")}`,
  ];
  assert(
    property(array(words, { minLength: 1, maxLength: 3 }), constantFrom(...writings), (lines, write) => {
      const wanted = lines.map((line) => line.join(" ").trim()).join("\n");
      const written = write(write === writings[2] || write === writings[3] ? wanted : wanted.replaceAll("\n", " "));
      pre(written !== null);
      const { value, partAt } = filterOf(`filter: ${written}`);
      for (let n = 0; n < value.length; n++) {
        if (value[n] !== "\n") expect(partAt(n, n + 1)).toBe(value[n]);
      }
    }),
  );
});

test("names, inputs and entities know their places", () => {
  const text = "model: orders\ntable: shop.orders\nentities: { buyer: { key: [a, b], entity: customer } }\n";
  const { definitions } = parseDefinitions([{ path: "metrics/m.yaml", text }]);
  const entity = definitions.models[0]?.entities[0];
  const parts = [definitions.models[0]?.name, entity?.name, entity?.entity, ...(entity?.key ?? [])];
  expect(parts.map((part) => part && [part.value, text.slice(part.span.start, part.span.end)])).toEqual(
    ["orders", "buyer", "customer", "a", "b"].map((value) => [value, value]),
  );
});
