import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FP_1, SPECS } from "../../../src/governance/fingerprint/specs.ts";
import { sha256 } from "../../../src/std/index.ts";
import { outcomeOf, type Vectors, vectorsNow } from "./vectors.ts";

const TEXT = readFileSync(FP_1.vectors, "utf8");
const VECTORS: Vectors = JSON.parse(TEXT);

test("the published vectors are what is computed today", () => {
  expect(VECTORS).toEqual(JSON.parse(JSON.stringify(vectorsNow())));
}, 120_000);

test("every specification that is known has vectors of its own", () => {
  const published = SPECS.map(({ vectors }): Vectors => JSON.parse(readFileSync(vectors, "utf8")));
  expect(published.map(({ spec }) => spec)).toEqual(SPECS.map(({ name }) => name));
});

test("the published hashes are those of the published texts", () => {
  expect(VECTORS.metrics.length).toBeGreaterThan(10);
  for (const { canonical, parts, fingerprint } of VECTORS.metrics) {
    expect(parts.value).toBe(sha256(canonical.value));
    expect(parts.access).toBe(sha256(canonical.access));
    expect(parts.shape).toBe(sha256(canonical.shape));
    expect(parts.meta).toBe(sha256(canonical.meta));
    const { grains, type }: { grains: string[]; type: string } = JSON.parse(canonical.shape);
    const { unit }: { unit: string | null } = JSON.parse(canonical.value);
    // Written by hand: RFC 8785 of what is certified.
    const certified = `{"access":"${parts.access}","grains":${JSON.stringify(grains.toSorted())},"spec":"fp/1","type":"${type}","unit":${JSON.stringify(unit)},"value":"${parts.value}"}`;
    expect(fingerprint).toBe(`fp/1:sha256:${sha256(certified)}`);
  }
});

test.each(VECTORS.pairs.filter(({ files }) => files).map((pair) => [pair.name, pair] as const))("%s", (_, pair) => {
  expect(outcomeOf(VECTORS.files, pair)).toEqual({
    agrees: pair.agrees,
    differs: pair.differs,
    fingerprint: pair.fingerprint,
  });
});

test("no model, dimension, measure or metric is named in what decides on numbers", () => {
  const all = VECTORS.metrics.map(({ canonical }) => canonical.value).join("\n");
  for (const name of ["late", "lateness", "is_big", "bottom", "now_revenue", "stock", "visitors"]) {
    expect(all).not.toContain(`"${name}"`);
  }
});

test("no number stands in what is hashed: digits are texts", () => {
  for (const { canonical } of VECTORS.metrics) {
    for (const text of Object.values(canonical)) expect(text).not.toMatch(/[:,[]-?\d/);
  }
});

test("every item of value and of access has a pair in which it alone changed", () => {
  const alone = (part: "value" | "access") =>
    VECTORS.pairs.filter(({ name, agrees }) => name.startsWith(`${part}: `) && !agrees);
  expect(alone("value").length).toBeGreaterThan(80);
  expect(alone("access").length).toBeGreaterThan(10);
  expect(VECTORS.pairs.filter(({ name, agrees }) => /^(value|access): /.test(name) && agrees)).toEqual([]);
});
