import { readFileSync } from "node:fs";
import { ensureSample } from "../../src/sample/index.ts";
import { openWarehouse, type Row, readAll } from "../../src/warehouse/index.ts";
import { type Api, startApi } from "../graphql/support.ts";

/** The sample behind a server, and SQL written by hand against its tables. */
export interface Sample {
  readonly api: Api;
  readonly url: string;
  sql(text: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function startSample(): Promise<Sample> {
  const warehouseUrl = `duckdb:${await ensureSample()}`;
  const api = await startApi("metrics", warehouseUrl);
  const warehouse = await openWarehouse(warehouseUrl);
  return {
    api,
    url: `http://127.0.0.1:${api.port}/graphql`,
    sql: async (text) => readAll(await warehouse.execute({ text, values: [] })),
    async close() {
      await warehouse.close();
      await api.close();
    },
  };
}

/** Lines of paid orders with the buyer of today. */
export const PAID_LINES = `paid as (
  select l.quantity, l.quantity * l.unit_price_usd - l.discount_usd as sales, l.quantity * l.unit_cost_usd as cost,
    o.ordered_at at time zone 'UTC' as moment, c.region, c.name
  from shop.order_lines l
  join shop.orders o on o.order_id = l.order_id
  left join shop.customers c on c.customer_id = o.customer_id
  where o.status = 'paid')`;

/** What the example's package.json names at other versions than those here: it would run on something nobody tried. */
export function strayVersions(example: string): readonly string[] {
  const { dependencies = {}, devDependencies = {} } = manifest(`examples/${example}/package.json`);
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  return Object.entries({ ...dependencies, ...devDependencies }).flatMap(([name, version]) => {
    const ours: unknown = packages[`node_modules/${name}`]?.version;
    return ours === version ? [] : [`${name} ${version}, ours ${String(ours)}`];
  });
}

function manifest(path: string): Partial<Record<"dependencies" | "devDependencies", Record<string, string>>> {
  return JSON.parse(readFileSync(path, "utf8"));
}
