import { describe, expect, test } from "vitest";
import { schemaFor } from "../../src/data-studio/schema.ts";
import { Refusal } from "../../src/diagnostics/index.ts";
import { OPERATOR } from "../../src/identity/index.ts";
import { makeUser } from "../../src/identity/principal.ts";
import { visibleTo } from "../../src/policy/index.ts";
import { catalogFrom } from "../support/shop.ts";
import { catalog, fieldsOf, refusalOf, seenBy, YAML } from "./schema-shop.ts";

describe("everybody has a schema of their own", () => {
  test("in which what they may not see is not, metrics and dimensions alike", () => {
    const [all, some] = [seenBy("analyst"), seenBy("clerk")].map((seen) => [...fieldsOf({}, seen).keys()]);
    expect(all).toEqual([...fieldsOf({}).keys()]);
    const hidden = (all ?? []).filter((name) => !some?.includes(name));
    expect(hidden).toContain("revenue");
    expect(hidden).toContain("share");
    expect(hidden).toContain("customer__secret");
    expect(some).toContain("buyers");
    expect(JSON.stringify(schemaFor(seenBy("clerk"), OPERATOR, { model: "orders", decompose: "true" }))).not.toMatch(
      /secret|"revenue"/,
    );
    expect(() => schemaFor(seenBy("nobody"), OPERATOR, { model: "orders" })).toThrow(
      'There is no model "orders" with metrics.',
    );
  });

  test("and a version of it, another for other definitions, other rights, and other rows", () => {
    const versionOf = (regions: readonly string[], role = "analyst", of = catalog) => {
      const user = makeUser({ issuer: "i", subject: "ann", name: "Ann", roles: [role], claims: { regions } });
      return schemaFor(visibleTo(of, user), user, { model: "orders" }).catalogVersion;
    };
    const other = catalogFrom(YAML.replace("description: What was written.", "description: Notes."));
    const versions = [
      versionOf(["EMEA"]),
      versionOf(["APAC"]),
      versionOf(["EMEA"], "clerk"),
      versionOf(["EMEA"], "analyst", other),
      schemaFor(catalog, OPERATOR, { model: "orders" }).catalogVersion,
    ];
    expect(new Set(versions).size).toBe(versions.length);
    expect(versionOf(["EMEA"])).toBe(versions[0]);
  });

  test.each([
    ["a model", { model: "orders" }, { model: "nowhere" }, "nobody"],
    ["a saved query", { model: "saved:gifts" }, { model: "saved:nowhere" }, "clerk"],
    ["a metric", { model: "orders", metrics: "revenue" }, { model: "orders", metrics: "nowhere" }, "clerk"],
    [
      "a time",
      { model: "orders", timeDimension: "order__ordered_at" },
      { model: "orders", timeDimension: "nowhere" },
      "blind",
    ],
  ])("hidden and unknown are told in the same words: %s", (_, hidden, unknown, role) => {
    const blind = catalogFrom(
      YAML.replace("clerk: { rows: all, fields: { except: amount } }", "blind: { rows: all, fields: [id, orders] }"),
    );
    const seen = seenBy(role, role === "blind" ? blind : catalog);
    const words = (refusal: Refusal) => [
      refusal.code,
      refusal.message.replace(/"[a-z_]+"/, '"…"'),
      refusal.path,
      refusal.suggestions,
    ];
    expect(words(refusalOf(hidden, seen))).toEqual(words(refusalOf(unknown, seen)));
  });

  test.each([
    ["its own rows", "policy: orders", "share"],
    ["what it is grouped by", "policy: customers", "share"],
  ])("nothing adds up, as a sum or as parts, for whom small groups of %s are left out", (_, policy, ratio) => {
    const few = catalogFrom(YAML.replace(policy, `${policy}\nminimum_group_size: 5`));
    const [whole, part] = [few, seenBy("analyst", few)].map((seen) => fieldsOf({ decompose: "true" }, seen));
    expect(whole?.get("revenue")).toMatchObject({ semantics: { isReaggregatable: true } });
    expect(whole?.get(ratio)).toHaveProperty("formula");
    const sums = [...(part?.values() ?? [])].filter((field) => "defaultAggregationType" in field || "formula" in field);
    expect(sums).toEqual([]);
    expect(part?.get("revenue")).toMatchObject({
      semantics: { isReaggregatable: false },
      description: expect.stringContaining("Does not add up"),
    });
  });

  test("nothing is guessed where no model is chosen", () => {
    expect(refusalOf({})).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("Choose a model"),
    });
  });
});
