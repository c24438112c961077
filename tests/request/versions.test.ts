import { describe, expect, test } from "vitest";
import { catalogFrom, refusalOf, shopCatalog } from "../support/shop.ts";

const MODEL =
  "model: orders\ntable: shop.orders\nprimary_key: order_id\ntime: at\nentities: { order: primary }\ndimensions: { at: day }\nmeasures: { amount: sum }";
const versions = (...numbers: readonly number[]) =>
  catalogFrom(
    [
      MODEL,
      ...numbers.map((n) => `metric: net\nversion: ${n}\ndefault_version: 3\nmodel: orders\nmeasure: amount`),
    ].join("\n---\n"),
  );

describe("a version that there is not is refused", () => {
  test("with those that there are", () => {
    const catalog = versions(3, 2);
    expect(refusalOf(catalog, { metrics: [{ name: "net", version: 1 }] })).toMatchObject({
      code: "UNKNOWN_METRIC",
      message: 'There is no version 1 of metric "net". It has the versions 3, 2.',
      path: ["metrics", "0", "version"],
    });
    expect(refusalOf(catalog, { metrics: ["net@4"] })).toMatchObject({
      code: "UNKNOWN_METRIC",
      message: 'There is no version 4 of metric "net". It has the versions 3, 2.',
      path: ["metrics", "0"],
    });
  });

  test("of a metric that has one", () => {
    const { message } = refusalOf(versions(3), { metrics: ["net@1"] });
    expect(message).toBe('There is no version 1 of metric "net". It is at version 3.');
  });

  test("of no metric, with those that are called alike", () => {
    const refusal = refusalOf(versions(3), { metrics: ["nett@1"] });
    expect(refusal.message).toBe('There is no version 1 of metric "nett". Did you mean "net"?');
    expect(refusal.suggestions).toEqual(["net"]);
    expect(refusalOf(versions(3), { metrics: [{ name: "nett", version: 1 }] }).path).toEqual(["metrics", "0"]);
  });

  test.each(["net@", "net@0", "net@x", "@3", "net@3@3", "net@03"])("as is what is no version: %s", (name) => {
    expect(refusalOf(versions(3), { metrics: [name] }).code).toBe("UNKNOWN_METRIC");
  });

  test("where name and field say different ones", () => {
    expect(refusalOf(versions(3, 2), { metrics: [{ name: "net@2", version: 3 }] }).code).toBe("UNKNOWN_METRIC");
  });
});

test("one version asked for twice needs another name", () => {
  const { code } = refusalOf(versions(3, 2), { metrics: ["net", "net@3"] });
  expect(code).toBe("DUPLICATE_OUTPUT");
});

test("a private metric is not told by its version", () => {
  const secret = [...shopCatalog().metrics.values()].find(({ isPrivate }) => isPrivate);
  const { message } = refusalOf(shopCatalog(), { metrics: [`${secret?.name ?? "no private metric"}@1`] });
  expect(message).not.toContain("It is at version");
});
