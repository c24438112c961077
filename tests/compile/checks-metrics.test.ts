import { describe, expect, test } from "vitest";
import { compileShop, expectFinding } from "./support.ts";

describe("references", () => {
  test("a metric's model is not defined", () => {
    const { help } = expectFinding("metric/unknown-model", "metric: x\nmodel: «order»\nmeasure: amount");
    expect(help).toBe('did you mean "orders"?');
  });

  test("a metric's measure is not defined, and the model's place is told", () => {
    const { help, related } = expectFinding("metric/unknown-measure", "metric: x\nmodel: orders\nmeasure: «amout»");
    expect(help).toBe('did you mean "amount"?');
    expect(related.map(({ span }) => span.file.text.slice(span.start, span.end))).toEqual(["orders"]);
  });

  test("an inline aggregate has a time that its model does not have", () => {
    expectFinding(
      "model/unknown-time-dimension",
      "metric: x\nmodel: orders\nmeasure: { agg: sum, expr: amount, time: «paid_at» }",
    );
  });

  test.each([
    "numerator: «revenu»\ndenominator: order_count",
    "numerator: order_count\ndenominator: { metric: «revenu» }",
    "expr: revenue - x_\ninputs: [revenue, { metric: «revenu», as: x_ }]",
    "input: «revenu»\nwindow: 7 days\nperiod_agg: last",
    "base: order_count\nconversion: «revenu»\nentity: customer",
    "model: orders\nmeasure: amount\nreplaced_by: «revenu»",
  ])("a metric that is not defined is used: %s", (yaml) => {
    const { help } = expectFinding("metric/unknown-metric", `metric: x\n${yaml}`);
    expect(help).toBe('did you mean "revenue"?');
  });
});

describe("derived metrics", () => {
  test("a name in the expression is no metric", () => {
    expectFinding("metric/unknown-input", "metric: x\nexpr: revenue / «order_cont»");
  });

  test("a name in the expression is neither an input nor a metric", () => {
    const { help } = expectFinding(
      "metric/unknown-input",
      "metric: x\nexpr: revenue - «last_mont»\ninputs: [revenue, { metric: revenue, as: last_month, offset_window: 1 month }, order_count]".replace(
        "expr: revenue -",
        "expr: revenue + order_count + last_month -",
      ),
    );
    expect(help).toBe('did you mean "last_month"?');
  });

  test("a metric in the expression need not be listed", () => {
    const yaml = "metric: x\nexpr: revenue - before\ninputs: [{ metric: revenue, as: before, offset_window: 1 month }]";
    const metric = compileShop(yaml).catalog?.metrics.get("x");
    expect(metric?.type === "derived" && metric.inputs.map((input) => input.alias)).toEqual(["before", "revenue"]);
  });

  test("an input is not used", () => {
    expectFinding("metric/unused-input", "metric: x\nexpr: revenue * 2\ninputs: [revenue, «order_count»]");
  });

  test("two inputs have one name", () => {
    expectFinding(
      "metric/alias-twice",
      "metric: x\nexpr: revenue * 2\ninputs: [revenue, { metric: «revenue», filter: status = 'paid' }]",
    );
  });

  test("the expression cannot be read, and its inputs are not called unused", () => {
    expectFinding("expression/unknown-function", "metric: x\nexpr: «soundex(revenue)»\ninputs: [revenue]");
  });

  test("the expression adds text", () => {
    expectFinding("expression/wrong-type", "metric: x\nexpr: revenue * «'two'»");
  });

  test("whole periods are moved without an offset", () => {
    expectFinding(
      "metric/no-offset-to-move",
      "metric: x\nexpr: revenue\ninputs: [{ metric: «revenue», offset_whole_periods: true }]",
    );
  });
});

describe("circles", () => {
  test("a circle is spelled out once", () => {
    const { message } = expectFinding(
      "metric/cycle",
      "metric: a\nexpr: b + revenue\n---\nmetric: b\nnumerator: c\ndenominator: revenue\n---\nmetric: c\nexpr: «a» * 2",
    );
    expect(message).toContain("a -> b -> c -> a");
  });

  test("a metric is its own input", () => {
    expectFinding("metric/cycle", "metric: a\nexpr: «a» + 1");
  });

  test("a metric is filtered by itself", () => {
    expectFinding("metric/cycle", "metric: a\nmodel: orders\nmeasure: amount\nfilter: «metric('a', 'customer') > 5»");
  });

  test("a metric used twice is no circle", () => {
    expect(
      compileShop("metric: a\nexpr: revenue / b\n---\nmetric: b\nexpr: revenue + order_count").catalog,
    ).not.toBeNull();
  });
});

describe("cumulative and conversion metrics", () => {
  test("a running value of a ratio is refused", () => {
    const { message } = expectFinding(
      "metric/input-not-simple",
      "metric: r\nnumerator: revenue\ndenominator: order_count\n---\nmetric: x\ninput: «r»\nwindow: 7 days\nperiod_agg: last",
    );
    expect(message).toContain("ratio");
  });

  test("a conversion from a derived metric is refused", () => {
    expectFinding(
      "metric/input-not-simple",
      "metric: d\nexpr: revenue * 2\n---\nmetric: x\nbase: «d»\nconversion: order_count\nentity: customer",
    );
  });

  test.each(["conversion: «revenue»\nbase: order_count", "base: «revenue»\nconversion: order_count"])(
    "a conversion counts events: %s",
    (inputs) => {
      expectFinding("metric/conversion-not-a-count", `metric: x\n${inputs}\nentity: customer`);
    },
  );

  test("a sum of 1 is a count", () => {
    const yaml = "metric: n\nmodel: orders\nmeasure: sum(1)\n---\nmetric: x\nbase: n\nconversion: n\nentity: customer";
    expect(compileShop(yaml).catalog).not.toBeNull();
  });

  test("both models of a conversion need its entity", () => {
    expectFinding(
      "metric/conversion-entity",
      "metric: n\nmodel: customers\nmeasure: count(*)\n---\nmetric: x\nbase: order_count\nconversion: n\nentity: «order»",
    );
  });

  test("a constant property is in neither model, and is looked for in each", () => {
    expectFinding(
      "metric/unknown-property",
      "metric: x\nbase: order_count\nconversion: order_count\nentity: customer\nconstant_properties: [{ base: «session», conversion: status }]",
    );
  });

  test("a running value by its first day gets a hint", () => {
    const { severity } = expectFinding("metric/first-of-period", "metric: x\ninput: revenue\ngrain_to_date: «month»");
    expect(severity).toBe("info");
    expectFinding("metric/first-of-period", "metric: x\ninput: revenue\nwindow: «7 days»");
  });

  test("a running value over all time gets none", () => {
    const { diagnostics } = compileShop("metric: x\ntype: cumulative\ninput: revenue");
    expect(diagnostics.map(({ code }) => code)).not.toContain("metric/first-of-period");
  });
});

describe("windows and grains", () => {
  test.each(["days", "0 days", "a week", "1.5 days", "7 days ago"])("%s is no window", (window) => {
    expectFinding("metric/bad-window", `metric: x\ninput: revenue\nperiod_agg: last\nwindow: «${window}»`);
  });

  test("a window has an unknown grain", () => {
    const { help } = expectFinding(
      "metric/unknown-grain",
      "metric: x\ninput: revenue\nperiod_agg: last\nwindow: «2 mnths»",
    );
    expect(help).toContain('"month"');
  });

  test("a window has a calendar's own grain", () => {
    expectFinding(
      "metric/custom-grain-not-allowed",
      "metric: x\ninput: revenue\nperiod_agg: last\nwindow: «2 sprints»",
    );
  });

  test.each(["grain_to_date: «sprint»", "grain_to_date: «fortnight»"])("a running value starts again by %s", (yaml) => {
    const code = yaml.includes("sprint") ? "metric/custom-grain-not-allowed" : "metric/unknown-grain";
    expectFinding(code, `metric: x\ninput: revenue\nperiod_agg: last\n${yaml}`);
  });

  test("an offset to a calendar's own grain is refused, an offset by it is not", () => {
    expectFinding(
      "metric/custom-grain-not-allowed",
      "metric: x\nexpr: revenue\ninputs: [{ metric: revenue, offset_to_grain: «sprint» }]",
    );
    const yaml = "metric: x\nexpr: revenue\ninputs: [{ metric: revenue, offset_window: 2 Sprints }]";
    const metric = compileShop(yaml).catalog?.metrics.get("x");
    expect(metric?.type === "derived" && metric.inputs[0]?.offsetWindow).toEqual({ count: 2, grain: "sprint" });
  });

  test("a metric is shown by a grain that does not exist", () => {
    expectFinding("metric/unknown-grain", "metric: x\nmodel: orders\nmeasure: amount\ngrain: «fortnight»");
  });

  test("a metric is shown by a finer grain than its time has", () => {
    expectFinding("metric/grain-too-fine", "metric: x\nmodel: orders\nmeasure: amount\ngrain: «minute»");
    expectFinding("metric/grain-too-fine", "metric: x\nexpr: revenue / order_count\ngrain: «second»");
  });

  test("a metric is shown by a calendar's own grain", () => {
    const yaml = "metric: x\nmodel: orders\nmeasure: amount\ngrain: sprint";
    expect(compileShop(yaml).catalog?.metrics.get("x")?.defaultGrain).toBe("sprint");
  });

  test("a calendar's own grain is too fine for a time by month", () => {
    expectFinding(
      "metric/grain-too-fine",
      "model: budgets\ntable: shop.budgets\ntime: month_of\nprimary_entity: budget\ndimensions: { month_of: month }\nmeasures: { amount: sum }\n---\nmetric: x\nmodel: budgets\nmeasure: amount\ngrain: «sprint»",
    );
  });
});

describe("life and documentation", () => {
  test("a metric is deprecated without end or successor", () => {
    const yaml = (more: string) => `metric: «x»\nmodel: orders\nmeasure: amount\nlifecycle: deprecated\n${more}`;
    expect(expectFinding("metric/deprecated-without-end", yaml("")).severity).toBe("warning");
    for (const more of ["sunset: 2030-01-01", "replaced_by: revenue"]) {
      const { diagnostics } = compileShop(yaml(more).replace(/[«»]/g, ""));
      expect(diagnostics.map(({ code }) => code)).not.toContain("metric/deprecated-without-end");
    }
  });

  test("nobody answers for a metric, and it does not say what it is", () => {
    const { catalog, diagnostics } = compileShop("metric: x\nmodel: orders\nmeasure: amount");
    expect(catalog).not.toBeNull();
    expect(diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`)).toEqual([
      'warning definition/no-owner Nobody answers for the metric "x".',
      'warning definition/no-description The metric "x" does not say what it is.',
    ]);
  });

  test("nobody answers for a model", () => {
    const { diagnostics } = compileShop("model: x\ntable: shop.x\ncolumns: { a: int }");
    expect(diagnostics.map(({ code }) => code)).toEqual(["definition/no-owner", "definition/no-description"]);
  });

  test("a balance of a metric without groupings is warned of", () => {
    expectFinding(
      "measure/semi-additive-without-groupings",
      "metric: x\nmodel: orders\nmeasure: amount\nnon_additive: { dimension: «ordered_at», choice: min }",
    );
  });
});

test("everything wrong is told at once", () => {
  const { catalog, diagnostics } = compileShop(
    "metric: a\nmodel: order\nmeasure: amount\n---\nmetric: b\nexpr: revenu\n---\nmetric: c\nmodel: orders\nmeasure: sum(\n",
  );
  expect(catalog).toBeNull();
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  expect(errors.toSorted()).toEqual(["expression/syntax", "metric/unknown-input", "metric/unknown-model"]);
});
