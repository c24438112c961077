import { describe, expect, test } from "vitest";
import { compileShop, expectFinding } from "./support.ts";

/** A model with an event's columns, and what a test adds to it. */
function events(more: string): string {
  return `model: events
table: shop.events
columns: { id: int, customer_id: int, name: string, paid: boolean, amount: decimal, day: date, at: timestamp }
${more}`;
}

describe("columns", () => {
  test("a dimension reads a column that is not declared", () => {
    const { help } = expectFinding(
      "model/unknown-column",
      events("primary_entity: event\ndimensions: { is_large: { expr: «amout» > 10 } }"),
    );
    expect(help).toBe('did you mean "amount"?');
  });

  test("a dimension without an expression is a column that is not declared", () => {
    expectFinding("model/unknown-column", events("primary_entity: event\ndimensions: { «region»: }"));
  });

  test("a measure's shorthand reads a column that is not declared", () => {
    expectFinding("model/unknown-column", events("measures: { total: sum(amount * «quantity») }"));
  });

  test("a measure is the sum of a column of its name that is not declared", () => {
    expectFinding("model/unknown-column", events("measures: { «total»: sum }"));
  });

  test("a long measure reads a column that is not declared", () => {
    expectFinding("model/unknown-column", events("measures: { total: { agg: sum, expr: «price» } }"));
  });

  test("an aggregate inline in a metric reads a column that its model does not declare", () => {
    expectFinding("model/unknown-column", "metric: cost\nmodel: orders\nmeasure: sum(«cost»)");
  });

  test("opaque SQL declares a column that the model does not", () => {
    expectFinding(
      "model/unknown-column",
      events(
        "primary_entity: event\ndimensions: { host: { sql: { duckdb: x }, columns: [«url»], data_type: string } }",
      ),
    );
  });

  test("a foreign key is a column that is not declared", () => {
    expectFinding("model/unknown-column", events("entities: { customer: «client_id» }"));
  });

  test("an entity without a key is a column that is not declared", () => {
    expectFinding("model/unknown-column", events("entities: { «event»: primary }"));
  });

  test("a primary key is a column that is not declared", () => {
    expectFinding("model/unknown-column", events("primary_key: «event_id»\nentities: { event: primary }"));
    expectFinding("model/unknown-column", events("primary_key: «event_id»"));
  });

  test("a model without columns gets a hint, and nothing in it is doubted", () => {
    expectNoColumns("model: events\ntable: shop.events\nprimary_entity: event\ndimensions: { anything: }");
  });
});

function expectNoColumns(yaml: string): void {
  const { catalog, diagnostics } = compileShop(yaml);
  expect(catalog).not.toBeNull();
  expect(diagnostics.filter(({ code }) => code === "model/no-columns").map(({ severity }) => severity)).toEqual([
    "info",
  ]);
}

describe("expressions", () => {
  test("text is added to a number", () => {
    expectFinding(
      "expression/wrong-type",
      events("primary_entity: event\ndimensions: { x: { expr: amount + «name» } }"),
    );
  });

  test("an expression cannot be read", () => {
    expectFinding(
      "expression/unknown-function",
      events("primary_entity: event\ndimensions: { x: { expr: «soundex(name)» } }"),
    );
  });

  test("a measure cannot be read", () => {
    expectFinding("expression/not-allowed", events("measures: { x: «sum(amount) * 2» }"));
  });
});

describe("keys", () => {
  test("a model has dimensions that no query can name", () => {
    expectFinding("model/no-primary-entity", "model: «events»\ntable: shop.events\ndimensions: { name: }");
  });

  test("measures alone need no primary entity", () => {
    expect(compileShop(events("measures: { amount: sum }")).catalog).not.toBeNull();
  });

  test("a model has two primary entities", () => {
    expectFinding(
      "model/several-primary-entities",
      events("entities: { event: { type: primary, key: id }, «other»: { type: primary, key: id } }"),
    );
  });

  test("primary_entity is not the primary entity", () => {
    expectFinding(
      "model/primary-entity-disagrees",
      events("primary_entity: «thing»\nentities: { event: { type: primary, key: id } }"),
    );
  });

  test("the primary key is not the key of the primary entity", () => {
    const { message } = expectFinding(
      "model/primary-key-disagrees",
      events("primary_key: «id»\nentities: { event: { type: primary, key: [customer_id, day] } }"),
    );
    expect(message).toContain("customer_id, day");
  });

  test("the parts of a composite key may be written in another order", () => {
    const yaml = events(
      "primary_key: [day, customer_id]\nentities: { event: { type: primary, key: [customer_id, day] } }",
    );
    expect(compileShop(yaml).catalog?.models.get("events")?.primaryKey).toEqual(["day", "customer_id"]);
  });

  test("two models have a key of other parts for one entity", () => {
    expectFinding(
      "model/key-parts-differ",
      events("entities: { «customer»: { type: foreign, key: [customer_id, day] } }"),
    );
  });

  test("a name is a dimension and an entity of another column", () => {
    expectFinding(
      "model/name-means-two-things",
      events("entities: { event: { type: primary, key: id }, name: customer_id }\ndimensions: { «name»: }"),
    );
  });

  test("a key may also be a dimension of the same column", () => {
    const yaml = events("entities: { event: { type: primary, key: id }, name: name }\ndimensions: { name: }");
    expect(compileShop(yaml).catalog).not.toBeNull();
  });

  test("a dimension has the name of a calendar's grain", () => {
    expectFinding("model/name-of-a-grain", events("primary_entity: event\ndimensions: { «sprint»: { expr: name } }"));
  });
});

describe("dimensions", () => {
  function dimension(text: string): string {
    return events(`primary_entity: event\ndimensions: { ${text} }`);
  }

  test("the declared type is not that of the expression", () => {
    expectFinding("dimension/type-disagrees", dimension("x: { expr: name, data_type: «int» }"));
  });

  test("kinds of numbers may be declared as each other", () => {
    const { catalog } = compileShop(dimension("x: { expr: amount, data_type: int }"));
    expect(catalog?.models.get("events")?.dimensions.get("x")?.type).toBe("int");
  });

  test("a time is no time", () => {
    expectFinding("dimension/not-a-time", dimension("«name»: day"));
  });

  test("a date has no hours", () => {
    expectFinding("dimension/grain-of-date", dimension("day_of: { expr: day, grain: «hour» }"));
    expect(compileShop(dimension("at: hour")).catalog).not.toBeNull();
  });

  test.each(["id", "paid", "amount", "day", "at"])("what names a place is no text: %s", (column) => {
    const { message } = expectFinding(
      "dimension/semantic-type-of-no-text",
      dimension(`x: { expr: ${column}, semantic_type: «city_code» }`),
    );
    expect(message).toContain("semantic_type: city_code, but its value is");
  });

  test("what names a place is a text, or of a type that nobody declared", () => {
    const { catalog } = compileShop(
      dimension(
        "x: { expr: cast(id as text), semantic_type: metro_code }, name: { semantic_type: latitude_longitude }",
      ),
    );
    const dimensions = catalog?.models.get("events")?.dimensions;
    expect([dimensions?.get("x"), dimensions?.get("name")]).toMatchObject([
      { semanticType: "metro_code" },
      { semanticType: "latitude_longitude" },
    ]);
    const undeclared =
      "model: visits\ntable: visits\nprimary_entity: visit\ndimensions: { page: { semantic_type: url } }";
    expect(compileShop(undeclared).catalog?.models.get("visits")?.dimensions.get("page")).toMatchObject({
      type: "unknown",
      semanticType: "url",
    });
  });

  test.each([
    ["id", "five"],
    ["amount", "1,5"],
    ["paid", "yes"],
    ["day", "1 May"],
    ["at", "noon"],
  ])("a declared value of %s is of another type: %s", (column, value) => {
    expectFinding("dimension/value-of-other-type", dimension(`«x»: { expr: ${column}, enum: ["${value}"] }`));
  });

  test.each([
    ["id", "-5"],
    ["amount", "1.50"],
    ["paid", "true"],
    ["day", "2026-05-01"],
    ["at", "2026-05-01 12:00:00"],
    ["name", "anything"],
  ])("a declared value of %s fits: %s", (column, value) => {
    expect(compileShop(dimension(`x: { expr: ${column}, enum: ["${value}"] }`)).catalog).not.toBeNull();
  });
});

describe("history", () => {
  function history(dimensions: string, more = "entities: { client: { type: natural, key: customer_id } }"): string {
    return events(`${more}\ndimensions: { ${dimensions} }`);
  }
  const START = "at: { type: time, grain: day, validity: start }";
  const END = "day_of: { type: time, grain: day, expr: day, validity: end }";

  test("a start, an end and a natural key make a table of history", () => {
    const model = compileShop(history(`${START}, ${END}`)).catalog?.models.get("events");
    expect(model?.primaryEntity).toBe("client");
    expect(model?.dimensions.get("at")).toMatchObject({ kind: "time", validity: "start" });
  });

  test("rows begin to hold but do not end", () => {
    expectFinding("model/validity-incomplete", history("«at»: { type: time, grain: day, validity: start }"));
  });

  test("there are two starts", () => {
    expectFinding(
      "model/validity-twice",
      history(`${START}, ${END}, «from»: { type: time, grain: day, expr: day, validity: start }`),
    );
  });

  test("no key is natural", () => {
    expectFinding(
      "model/validity-without-natural",
      history(`«at»: { type: time, grain: day, validity: start }, ${END}`, "primary_entity: event"),
    );
  });

  test("two keys are natural", () => {
    expectFinding(
      "model/several-natural-entities",
      history(
        `${START}, ${END}`,
        "primary_entity: event\nentities: { client: { type: natural, key: customer_id }, «thing»: { type: natural, key: id } }",
      ),
    );
  });

  test("a key is natural where nothing says when rows hold", () => {
    expectFinding(
      "model/natural-without-validity",
      events("entities: { «client»: { type: natural, key: customer_id } }"),
    );
  });

  test("history is measured", () => {
    expectFinding("model/validity-with-measure", `${history(`${START}, ${END}`)}\nmeasures: { «amount»: sum }`);
  });
});

describe("measures", () => {
  test.each([
    ["sum", "name"],
    ["average", "at"],
    ["median", "paid"],
    ["sum_boolean", "amount"],
    ["min", "paid"],
    ["max", "paid"],
  ])("%s does not take the column %s", (aggregation, column) => {
    expectFinding("measure/wrong-type", events(`measures: { x: «${aggregation}(${column})» }`));
  });

  test("text has a smallest and a greatest, and everything can be counted", () => {
    const yaml = events("measures: { a: min(name), b: max(at), c: count(paid), d: count_distinct(day) }");
    expect(compileShop(yaml).catalog).not.toBeNull();
  });

  test("opaque SQL says what it is", () => {
    expectFinding(
      "measure/wrong-type",
      events("measures: { «x»: { agg: sum, sql: { duckdb: f(name) }, columns: [name], data_type: string } }"),
    );
  });

  test("an aggregation does not exist", () => {
    const { help } = expectFinding("measure/unknown-aggregation", events("measures: { amount: «summ» }"));
    expect(help).toContain('"sum"');
  });

  test("a percentile does not say which", () => {
    expectFinding("measure/percentile-missing", events("measures: { x: { agg: «percentile», expr: amount } }"));
  });

  test("a percentile of 0 is not one", () => {
    expectFinding("measure/percentile-out-of-range", events("measures:\n  x: «percentile(amount, 0)»"));
  });

  test.each([
    "{ agg: sum, expr: amount, percentile: «0.5» }",
    "{ agg: «median», expr: amount, percentile_kind: discrete }",
    "{ agg: «sum», expr: amount, approximate: true }",
  ])("percentiles alone take what %s says", (measure) => {
    expectFinding("measure/percentile-unused", events(`measures: { x: ${measure} }`));
  });

  test("a balance loses what did not report on the last date", () => {
    const { severity } = expectFinding(
      "measure/semi-additive-without-groupings",
      events(
        "primary_entity: event\ndimensions: { at: day }\nmeasures: { x: { agg: sum, expr: amount, non_additive: { dimension: «at», choice: max } } }",
      ),
    );
    expect(severity).toBe("warning");
  });

  test("a balance is kept by something that the model does not have", () => {
    expectFinding(
      "model/unknown-grouping",
      events(
        "primary_entity: event\ndimensions: { at: day }\nmeasures: { x: { agg: sum, expr: amount, non_additive: { dimension: at, choice: max, groupings: [«account»] } } }",
      ),
    );
  });
});

describe("times", () => {
  const DIMENSIONS = "primary_entity: event\ndimensions: { name: , at: day }";

  test("a model's time is no dimension", () => {
    const { help } = expectFinding("model/unknown-time-dimension", events(`time: «att»\n${DIMENSIONS}`));
    expect(help).toBe('did you mean "at"?');
  });

  test("a model's time is a categorical dimension", () => {
    expectFinding("model/not-a-time-dimension", events(`time: «name»\n${DIMENSIONS}`));
  });

  test("a measure's time is a categorical dimension", () => {
    expectFinding(
      "model/not-a-time-dimension",
      events(`${DIMENSIONS}\nmeasures: { x: { agg: sum, expr: amount, time: «name» } }`),
    );
  });

  test("a metric's time is not of its model", () => {
    expectFinding("model/unknown-time-dimension", "metric: x\nmodel: orders\nmeasure: amount\ntime: «paid_at»");
  });

  test("a balance is kept along something that is no time", () => {
    expectFinding(
      "model/not-a-time-dimension",
      "metric: x\nmodel: orders\nmeasure: amount\nnon_additive: { dimension: «status», choice: max, groupings: [customer] }",
    );
  });
});

describe("freshness", () => {
  test("its column is not declared", () => {
    const { help } = expectFinding("model/unknown-column", events("freshness: { column: «amout», warn_after: 1 day }"));
    expect(help).toBe('did you mean "amount"?');
  });

  test.each(["1 month", "soon", "0 hours", "1.5 days", "-1 day", "day"])(
    "%s is not always equally long",
    (duration) => {
      expectFinding("model/bad-duration", events(`freshness: { column: at, error_after: «${duration}» }`));
    },
  );

  test("it is an error before anybody is warned", () => {
    expectFinding(
      "model/freshness-never-warns",
      events("freshness: { column: at, warn_after: «49 hours», error_after: 2 days }"),
    );
  });

  test("no warehouse remembers when the rows of an author's SELECT changed", () => {
    expectFinding(
      "model/freshness-without-column",
      "model: events\nsql: SELECT 1 AS id\nfreshness: { error_after: «1 day» }",
    );
  });

  test("both limits may be equal, and count in minutes, hours, days or weeks", () => {
    const model = compileShop(events("freshness: { column: at, warn_after: 1 week, error_after: 10080 minutes }"));
    expect(model.catalog?.models.get("events")?.freshness).toMatchObject({
      column: "at",
      warnAfterMs: 604_800_000,
      errorAfterMs: 604_800_000,
    });
  });
});

describe("how long answers are kept", () => {
  test("without a time, nothing would end them", () => {
    expectFinding("model/cache-without-end", events("«cache»: { stale: 1 h }"));
    expect(compileShop(events("cache: { refresh: event }")).catalog).not.toBeNull();
  });

  test("what is never kept cannot grow stale", () => {
    expectFinding("model/cache-stale-of-nothing", events("«cache»: { ttl: 0 s, stale: 1 h }"));
  });

  test("changes are not looked for behind an author's SELECT", () => {
    expectFinding("model/cache-without-table", "model: events\nsql: SELECT 1 AS id\n«cache»: { refresh: probe }");
  });

  test("a table to be looked at has a column for it, unless the warehouse remembers", () => {
    expectFinding("model/cache-without-column", events("«cache»: { refresh: probe }"));
    const dated = compileShop(events("cache: { refresh: probe }\nfreshness: { column: at }"));
    expect(dated.diagnostics.map(({ code }) => code)).not.toContain("model/cache-without-column");
  });

  test("nor are changes looked for by a metric above an author's SELECT", () => {
    const select =
      "model: events\nsql: SELECT 1 AS id\nprimary_key: id\nprimary_entity: event\ncolumns: { id: int }\nmeasures: { n: count(*) }";
    expectFinding(
      "metric/cache-without-table",
      `${select}\n---\nmetric: n\nmodel: events\nmeasure: n\n«cache»: { ttl: 1 h, refresh: probe }`,
    );
  });

  test("a model says it in milliseconds of time", () => {
    const { catalog } = compileShop(events("cache: { ttl: 5 min, stale: 1.5 h, refresh: probe, deterministic: true }"));
    expect(catalog?.models.get("events")?.cache).toMatchObject({
      ttlMs: 300_000,
      staleMs: 5_400_000,
      refresh: "probe",
      isDeterministic: true,
    });
  });

  test("it changes the version of the catalog, and means nothing to a model that leaves it out", () => {
    const plain = compileShop(events("cache: { ttl: 5 min }")).catalog?.version;
    expect(compileShop(events("cache: { ttl: 6 min }")).catalog?.version).not.toBe(plain);
  });
});
