/** What tests of typed fields of the shop share. */
import { expect } from "vitest";
import type { Api } from "./support.ts";

export const BY_REGION = "groupBy: [{ dimension: CUSTOMER__REGION }]";
export const BY_MONTH = "groupBy: [{ time: METRIC_TIME, grain: MONTH }]";

/** The connection of the model `orders`, or its refusal, without an error. */
export async function ordersIn(
  shop: Api,
  args: string,
  selection: string,
  variables?: Readonly<Record<string, unknown>>,
) {
  const field = args === "" ? "orders" : `orders(${args})`;
  const names = Object.keys(variables ?? {}).map((name) => `$${name}: Int`);
  const query = `${names.length > 0 ? `query (${names.join(" ")}) ` : ""}{ ${field} {
    ... on OrdersConnection { ${selection} } ... on QueryRefused { code message path } } }`;
  const { data, errors } = await shop.ask(query, variables);
  expect(errors).toBeUndefined();
  return data.orders;
}
