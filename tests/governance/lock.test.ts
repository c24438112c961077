import { describe, expect, test } from "vitest";
import { type LockEntry, lockOf, lockTextOf, parseLock, printLock } from "../../src/governance/lock.ts";
import { SHOP } from "./fingerprint/shop.ts";
import { filesOf, treeOf } from "./fingerprint/tree-of.ts";

const tree = treeOf(filesOf(SHOP));
const text = lockTextOf(tree) ?? "";

function lineOf(start: string, of = text): string {
  return of.split("\n").find((line) => line.startsWith(`${start} `)) ?? "";
}

describe("what the lock says", () => {
  test("every metric, source, calendar and policy has one line, sorted", () => {
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(
      [
        "calendar days",
        ...[...tree.fingerprints.keys()].map((name) => `metric ${name}@1`),
        "policy orders",
        ...["customers", "orders", "returns", "targets", "visits"].map((name) => `source ${name}`),
      ].sort(),
    );
  });

  test("a metric's line holds its hashes and what it is made of", () => {
    const { parts } = tree.fingerprints.get("share") ?? { parts: null };
    expect(lineOf("metric share@1")).toBe(
      `metric share@1 value:${parts?.value} access:${parts?.access} shape:${parts?.shape} ` +
        "<- metric:lateness metric:revenue rls:orders source:customers source:orders",
    );
  });

  test("a change of a source shows in its line and in those of the metrics that it reaches", () => {
    const orders = { ...SHOP["model orders"], table: "shop.all_orders" };
    const after = lockTextOf(treeOf(filesOf({ ...SHOP, "model orders": orders }))) ?? "";
    const changed = after.split("\n").filter((line) => !text.includes(line));
    expect(changed.map((line) => line.split(" ")[1])).toEqual(
      expect.arrayContaining(["revenue@1", "share@1", "growth@1", "orders"]),
    );
    expect(changed.map((line) => line.split(" ")[1])).not.toContain("visitors@1");
  });

  test("what a contract says holds its source to it, however it is written", () => {
    const withContract = (contract: string) => {
      const file = { path: "contracts/orders.odcs.yaml", text: contract };
      return lineOf("source orders", lockTextOf({ ...tree, files: new Map([...tree.files, [file.path, file]]) }) ?? "");
    };
    const line = withContract("kind: DataContract\nid: a\n");
    expect(line).toMatch(/^source orders value:[0-9a-f]{64} contract:[0-9a-f]{64}$/);
    expect(withContract("id: a   # same\r\nkind: DataContract\r\n")).toBe(line);
    expect(withContract("kind: DataContract\nid: b\n")).not.toBe(line);
  });

  test("definitions that do not load have no lock", () => {
    expect(lockTextOf({ ...tree, catalog: null })).toBe(null);
  });
});

describe("reading it back", () => {
  test("what was printed is read as it was", () => {
    const entries = lockOf(tree.catalog ?? never(), tree.fingerprints);
    expect(parse(printLock(entries))).toEqual({ entries, problems: [] });
    expect(parse(printLock(entries).replaceAll("\n", "\r\n")).entries).toEqual(entries);
  });

  const DIGEST = "0".repeat(64);
  test.each([
    ["a conflict", "<<<<<<< HEAD", "A merge left a conflict here; run assay lock."],
    ["another word", `macro x value:${DIGEST}`, 'A line begins with calendar, metric, policy, source, not "macro".'],
    [
      "a metric without version",
      `metric x value:${DIGEST}`,
      '"x" is not the name of a metric with its version, such as revenue@1.',
    ],
    ["a source with one", `source x@1 value:${DIGEST}`, '"x@1" is not the name of a source.'],
    ["a digest that is none", "source x value:abc", "A digest is written value: and 64 hex digits."],
    ["no digest", "source x", "A digest is written value: and 64 hex digits."],
    ["a second line", `source y value:${DIGEST}`, "A second line of source y."],
  ])("%s is told with its place", (_, line, message) => {
    const { problems } = parse(`source y value:${DIGEST}\n${line}\n`);
    expect(problems.map((problem) => problem.message)).toEqual([message]);
    const [problem] = problems;
    expect(problem?.span.file.text.slice(problem.span.start, problem.span.end)).toBe(line);
  });
});

function parse(written: string): {
  readonly entries: readonly LockEntry[];
  readonly problems: ReturnType<typeof parseLock>["problems"];
} {
  return parseLock({ path: "metrics.lock", text: written });
}

function never(): never {
  throw new Error("unreachable: the tree has a catalog");
}
