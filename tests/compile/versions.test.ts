import { describe, expect, test } from "vitest";
import { inputsOf } from "../../src/catalog/index.ts";
import { expectProblem } from "../support/marked-yaml.ts";
import { catalogOf, compileShop, expectFinding, SHOP } from "./support.ts";

const VERSION = (version: number, more = "") =>
  `metric: net\nversion: ${version}\nmodel: orders\nmeasure: amount\n${more}\n`;
const TWO = `${VERSION(2, "default_version: 2")}---\n${VERSION(1, "filter: status = 'paid'")}`;

const shopWith = (yaml: string) => catalogOf(`${SHOP}---\n${yaml}`);

describe("several versions of a metric", () => {
  test("live side by side: the default one has the name, another the name with its version", () => {
    const { metrics } = shopWith(TWO);
    const both = ["net", "net_v1"].map((name) => metrics.get(name));
    expect(both.map((metric) => metric && [metric.id, metric.version, metric.label])).toEqual([
      ["net", 2, "Net"],
      ["net", 1, "Net"],
    ]);
    expect(both[0]?.filters).toEqual([]);
    expect(both[1]?.filters).toHaveLength(1);
  });

  test("a single one needs no default, whatever its number", () => {
    expect(shopWith(VERSION(4)).metrics.get("net")?.version).toBe(4);
  });

  test("where one lives and others are retired, it is the default", () => {
    const { metrics } = shopWith(`${VERSION(2, "lifecycle: retired")}---\n${VERSION(1)}`);
    expect([metrics.get("net")?.version, metrics.get("net_v2")?.version]).toEqual([1, 2]);
  });

  test("inputs, replacements and saved queries name a version, and an expression calls it the same whichever is the default", () => {
    for (const standard of [1, 2]) {
      const { metrics, savedQueries } = shopWith(
        `${VERSION(2, `default_version: ${standard}`)}---\n${VERSION(1, "replaced_by: net@2")}---
metric: difference
expr: net_v2 - net_v1
inputs: [net@2, net@1]
---
metric: share
numerator: net@1
denominator: net
---
saved_query: both
metrics: [net@1, net@2]
`,
      );
      const names = standard === 1 ? ["net_v2", "net"] : ["net", "net_v1"];
      const difference = metrics.get("difference");
      expect(difference && inputsOf(difference).map(({ metric, alias }) => [metric, alias])).toEqual([
        [names[0], "net_v2"],
        [names[1], "net_v1"],
      ]);
      expect(metrics.get("share")).toMatchObject({ numerator: { metric: names[1] }, denominator: { metric: "net" } });
      expect(savedQueries.get("both")?.metrics).toEqual(names.toReversed());
      expect(metrics.get(names[1] ?? "")?.replacedBy).toBe(names[0]);
    }
  });

  test("are not two of one number", () => {
    const { message } = expectProblem(
      "definition/duplicate-version",
      `${VERSION(2)}---\n${VERSION(2).replace("version: 2", "version: «2»")}`,
    );
    expect(message).toBe('Version 2 of metric "net" is already defined at metrics/test.yaml:1:9.');
  });

  test("without numbers are namesakes", () => {
    const { help } = expectProblem(
      "definition/duplicate-name",
      "metric: net\nmodel: orders\nmeasure: amount\n---\nmetric: «net»\nmodel: orders\nmeasure: orders",
    );
    expect(help).toBe("rename one of the two, or give them different versions");
  });

  test("have to say which of them the bare name means", () => {
    const { help } = expectFinding(
      "metric/no-default-version",
      `${VERSION(1)}---\n${VERSION(2).replace("metric: net", "metric: «net»")}`,
    );
    expect(help).toBe("add default_version: 2 to one of them, or to each");
  });

  test("have to agree on that", () => {
    expectFinding(
      "metric/default-versions-differ",
      `${VERSION(2, "default_version: 2")}---\n${VERSION(1, "default_version: «1»")}`,
    );
  });

  test.each([
    ["that does not exist", `${VERSION(1)}---\n${VERSION(2, "default_version: «3»")}`, "say one of 2, 1"],
    ["that is not the only one", VERSION(1, "default_version: «2»"), "say one of 1"],
    ["that is retired", `${VERSION(1)}---\n${VERSION(2, "lifecycle: retired\ndefault_version: «2»")}`, "say one of 1"],
  ])("cannot have a default %s", (_, yaml, way) => {
    expect(expectFinding("metric/unknown-default-version", yaml).help).toBe(way);
  });

  test("are three at most, retired ones not counted", () => {
    const three = `${VERSION(1)}---\n${VERSION(2)}---\n${VERSION(3, "default_version: 3")}---\n`;
    expect(compileShop(`${three}${VERSION(4, "lifecycle: retired")}`).catalog?.metrics.has("net_v4")).toBe(true);
    const { help } = expectFinding(
      "metric/too-many-versions",
      `${three}${VERSION(4).replace("metric: net", "metric: «net»")}`,
    );
    expect(help).toContain("retire version 1");
  });

  test("do not take the name of another metric", () => {
    expectFinding("metric/version-name-taken", `${TWO}---\nmetric: «net_v1»\nmodel: orders\nmeasure: amount`);
  });

  test("do not become too long to be columns", () => {
    const name = "n".repeat(58);
    const long = (yaml: string) => yaml.replace("metric: net", `metric: ${name}`);
    expectFinding(
      "definition/invalid-name",
      `${long(VERSION(2, "default_version: 2"))}---\n${VERSION(1).replace("metric: net", `metric: «${name}»`)}`,
    );
  });

  test.each([
    ["an input", "numerator: «net@7»\ndenominator: revenue"],
    ["a replacement", "model: orders\nmeasure: amount\nreplaced_by: «net@7»"],
  ])("that do not exist cannot be %s", (_, yaml) => {
    const { help } = expectFinding("metric/unknown-version", `${TWO}---\nmetric: x\n${yaml}`);
    expect(help).toBe("it has the versions 2, 1");
  });
});

describe("a former name", () => {
  const ALIAS = "metric: sales\nalias_of: revenue\nsunset: 2027-03-31";

  test("is all that the metric is, deprecated in favour of it", () => {
    const { metrics } = shopWith(`${ALIAS}\nversion: 3`);
    const [now, before] = ["revenue", "sales"].map((name) => metrics.get(name));
    expect(before).toEqual({
      ...now,
      name: "sales",
      id: "sales",
      label: "Sales",
      version: 3,
      aliasOf: "revenue",
      lifecycle: "deprecated",
      replacedBy: "revenue",
      sunset: "2027-03-31",
      span: before?.span,
    });
  });

  test.each(["draft", "retired"])("of a metric that is %s is no way to it", (lifecycle) => {
    const { metrics } = shopWith(
      `metric: over\nlifecycle: ${lifecycle}\nmodel: orders\nmeasure: amount\n---\n${ALIAS.replace("revenue", "over")}`,
    );
    expect(metrics.get("sales")?.lifecycle).toBe(lifecycle);
  });

  test("can be of one version, and be one of several versions itself", () => {
    const { metrics } = shopWith(`${TWO}---
metric: clear
alias_of: net@1
sunset: 2027-03-31
---
metric: clear
version: 2
default_version: 2
alias_of: net@2
sunset: 2027-03-31
`);
    expect(["clear", "clear_v1"].map((name) => metrics.get(name)?.aliasOf)).toEqual(["net", "net_v1"]);
    expect(metrics.get("clear_v1")?.filters).toHaveLength(1);
  });

  test("serves as an input, and conditions on it are read as on the metric", () => {
    const yaml = `${ALIAS}\n---\nmetric: running\ninput: { metric: sales, filter: status = 'paid' }\nwindow: 7 days`;
    expect(shopWith(yaml).metrics.get("running")).toMatchObject({ input: { metric: "sales" } });
  });

  test("names a metric that is", () => {
    const { help } = expectFinding("metric/unknown-metric", "metric: sales\nalias_of: «revenu»\nsunset: 2027-03-31");
    expect(help).toBe('did you mean "revenue"?');
  });

  test("is not of a former name", () => {
    const { help } = expectFinding(
      "metric/alias-of-alias",
      `${ALIAS}\n---\nmetric: turnover\nalias_of: «sales»\nsunset: 2027-03-31`,
    );
    expect(help).toBe("write alias_of: revenue");
  });

  test("says until when", () => {
    expectProblem("definition/missing-key", "metric: «sales»\nalias_of: revenue");
  });

  test("says nothing of its own on what is counted", () => {
    expectProblem("definition/unknown-key", "metric: sales\nalias_of: revenue\nsunset: 2027-03-31\n«measure»: amount");
  });
});
