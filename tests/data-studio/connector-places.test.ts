import { expect, test } from "vitest";
import { SEMANTIC_TYPES } from "../../src/definition/schema/model.ts";
import { catalogFrom } from "../support/shop.ts";
import { ANN, chart, connect, dataOf, type Rows, rowsOf } from "./connector.ts";
import { DEFINITIONS } from "./definitions.ts";

test("every place and address that definitions know reaches Data Studio as what it is", async () => {
  const dimensions = SEMANTIC_TYPES.map((type) => `  a_${type}: { expr: region, semantic_type: ${type} }\n`);
  const definitions = DEFINITIONS.replace("  region:\n  channel:", `  region:\n${dimensions.join("")}  channel:`);
  const connected = await connect();
  try {
    connected.engine.swap(catalogFrom(definitions));
    const { script } = connected;
    const { schema } = (await script.call(ANN, "getSchema", { configParams: { model: "orders" } })) as Rows;
    const fields = new Map(schema.map((field) => [field["name"], field]));
    for (const type of SEMANTIC_TYPES) {
      expect(fields.get(`order__a_${type}`)).toMatchObject({
        dataType: "STRING",
        semantics: { conceptType: "DIMENSION", semanticType: type.toUpperCase() },
      });
    }
    const named = await dataOf(script, ANN, chart(["order__a_city", "orders"]));
    expect(named.schema[0]).toMatchObject({ semantics: { semanticType: "CITY" } });
    expect(rowsOf(named)).toEqual(rowsOf(await dataOf(script, ANN, chart(["order__region", "orders"]))));
  } finally {
    await connected.close();
  }
});
