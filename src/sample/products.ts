import { type Random, randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import { type Day, day, END, START } from "./time.ts";
import { CATEGORIES, type Category, PRODUCT_STARTS, type Tenant } from "./words.ts";

export interface Product {
  readonly id: number;
  readonly tenant: Tenant;
  readonly name: string;
  readonly launchedOn: Day;
  readonly discontinuedOn: Day | null;
  /** At least one, oldest first. */
  readonly versions: readonly ProductVersion[];
}

/** Prices in cents. */
interface ProductVersion {
  readonly from: Day;
  readonly category: Category;
  readonly price: number;
  readonly cost: number;
}

/** The best-selling ones first. */
export function makeProducts(count: number): readonly Product[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomOf("product", index);
    const category = random.pick(Object.keys(CATEGORIES) as Category[]);
    const { nouns, cents } = CATEGORIES[category];
    const isEarly = index < EVERGREEN || random.chance(0.7);
    const launchedOn = isEarly ? random.int(day(2022, 1, 1), START - 1) : random.int(START, END - 60);
    const discontinuedOn = launchedOn + random.int(300, 1400);
    const isDiscontinued = index >= EVERGREEN && random.chance(0.25) && discontinuedOn < END;
    return {
      id: 5001 + index,
      tenant: index % 5 < 3 ? "northwind" : "contoso",
      name: `${random.pick(PRODUCT_STARTS)} ${random.pick(nouns)}`,
      launchedOn,
      discontinuedOn: isDiscontinued ? discontinuedOn : null,
      versions: makeVersions(random, category, launchedOn, random.int(...cents)),
    };
  });
}

/** On sale from the first day to the last. */
const EVERGREEN = 10;

function makeVersions(random: Random, category: Category, launchedOn: Day, price: number): readonly ProductVersion[] {
  let version: ProductVersion = {
    from: launchedOn,
    category,
    price,
    cost: Math.floor(price * (0.35 + 0.3 * random.next())),
  };
  const versions = [version];
  for (let from = launchedOn + random.int(120, 700); from < END; from += random.int(120, 700)) {
    version = {
      from,
      category: random.chance(0.03) ? random.pick(Object.keys(CATEGORIES) as Category[]) : version.category,
      price: Math.floor(version.price * (0.94 + 0.14 * random.next())),
      cost: Math.floor(version.cost * (0.95 + 0.12 * random.next())),
    };
    versions.push(version);
  }
  return versions;
}

/** The version that held on that day; the first one before the launch. */
export function versionOn(product: Product, date: Day): ProductVersion {
  const version = product.versions.findLast(({ from }) => from <= date) ?? product.versions[0];
  if (version === undefined) throw new Error(`Product ${product.id} has no version.`);
  return version;
}

export function productTables(products: readonly Product[], stocked: number): readonly SampleTable[] {
  return [
    table(
      "products",
      {
        product_id: "BIGINT",
        tenant: "VARCHAR",
        sku: "VARCHAR",
        name: "VARCHAR",
        category: "VARCHAR",
        list_price_usd: "DECIMAL(18,2)",
        cost_usd: "DECIMAL(18,2)",
        launched_on: "DATE",
        discontinued_on: "DATE",
      },
      function* () {
        for (const product of products) {
          const { id, tenant, name, launchedOn, discontinuedOn } = product;
          const { category, price, cost } = versionOn(product, END);
          yield [id, tenant, `SKU-${id}`, name, category, price, cost, launchedOn, discontinuedOn];
        }
      },
    ),
    table(
      "products_history",
      {
        product_id: "BIGINT",
        tenant: "VARCHAR",
        category: "VARCHAR",
        list_price_usd: "DECIMAL(18,2)",
        cost_usd: "DECIMAL(18,2)",
        valid_from: "DATE",
        valid_to: "DATE",
      },
      function* () {
        for (const { id, tenant, versions } of products) {
          for (const [index, { from, category, price, cost }] of versions.entries()) {
            yield [id, tenant, category, price, cost, from, versions[index + 1]?.from ?? null];
          }
        }
      },
    ),
    table(
      "inventory_daily",
      { product_id: "BIGINT", tenant: "VARCHAR", snapshot_on: "DATE", on_hand: "INTEGER", on_order: "INTEGER" },
      function* () {
        for (const product of products.slice(0, stocked)) yield* stockOf(product);
      },
    ),
  ];
}

/** Sold down day by day; ordered again when little is left, delivered up to five weeks later. */
function* stockOf({ id, tenant, launchedOn, discontinuedOn }: Product) {
  const random = randomOf("stock", id);
  const demand = random.int(2, 14);
  let onHand = random.int(100, 600);
  let onOrder = 0;
  let deliveredOn = 0;
  for (let date = Math.max(launchedOn, START); date < (discontinuedOn ?? END); date += 1) {
    if (date === deliveredOn) {
      onHand += onOrder;
      onOrder = 0;
    }
    onHand = Math.max(0, onHand - random.int(0, 2 * demand));
    if (onHand < demand * 20 && onOrder === 0) {
      onOrder = demand * random.int(30, 60);
      deliveredOn = date + random.int(7, 35);
    }
    if (!random.chance(0.005)) yield [id, tenant, date, onHand, onOrder];
  }
}
