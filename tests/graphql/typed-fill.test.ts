import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, startShop } from "./support.ts";

interface Keyed {
  /** null: rows without a time. */
  readonly key: { readonly metricTime: { readonly label: string } | null };
}

function labelOf({ key }: Keyed): string | null {
  return key.metricTime?.label ?? null;
}

let api: Api;
beforeAll(async () => {
  const nothingInFebruary = "delete from shop.orders where ordered_on between date '2026-02-01' and date '2026-02-28';";
  api = await startShop({ tables: nothingInFebruary });
});
afterAll(() => api.close());

test("a period without rows shows what the period before it had", async () => {
  const { data } = await api.ask(`{ orders(groupBy: [{ time: METRIC_TIME, grain: MONTH, fill: true }]) {
    ... on OrdersConnection { nodes { key { metricTime { label } } revenue before: revenue(shift: { by: "P1M" }) } } } }`);
  const rows: readonly (Keyed & { revenue: unknown; before: unknown })[] = data.orders.nodes;
  const at = rows.findIndex((row) => labelOf(row) === "2026-02");
  const [january, february] = rows.slice(at - 1, at + 1);
  expect(february?.revenue).toBeNull();
  expect(january?.revenue).not.toBeNull();
  expect(february?.before).toBe(january?.revenue);
});

test("filling adds periods between those with rows, and none after the last", async () => {
  const labels = async (fill: boolean): Promise<readonly (string | null)[]> => {
    const { data } = await api.ask(`{ orders(groupBy: [{ time: METRIC_TIME, grain: MONTH, fill: ${fill} }]) {
      ... on OrdersConnection { nodes { key { metricTime { label } } revenue(shift: { by: "P1M" }) } } } }`);
    return data.orders.nodes.map(labelOf);
  };
  const [plain, filled] = [await labels(false), await labels(true)];
  expect(filled.filter((label) => !plain.includes(label))).toEqual(["2026-02"]);
  expect(filled.at(-1)).toBe(plain.at(-1));
});
