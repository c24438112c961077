import { type Customer, timeOfDay } from "./customers.ts";
import { ORPHAN } from "./orders.ts";
import type { Product } from "./products.ts";
import { type Random, randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import { businessWeight, DAY_MS, type Day, dayCurve, END, MINUTE_MS, START } from "./time.ts";
import { CHANNEL_WEIGHTS, type Tenant } from "./words.ts";

interface EventWorld {
  /** Events, not sessions. */
  readonly count: number;
  readonly customers: readonly Customer[];
  readonly products: Readonly<Record<Tenant, readonly Product[]>>;
}

type Step = "visit" | "view" | "cart" | "checkout" | "purchase";

export function eventTable(world: EventWorld): SampleTable {
  return table(
    "events",
    {
      event_id: "BIGINT",
      tenant: "VARCHAR",
      session_id: "BIGINT",
      visitor_id: "BIGINT",
      customer_id: "BIGINT",
      event_at: "TIMESTAMP WITH TIME ZONE",
      event_type: "VARCHAR",
      channel: "VARCHAR",
      device: "VARCHAR",
      product_id: "BIGINT",
      recorded_at: "TIMESTAMP WITH TIME ZONE",
    },
    function* () {
      const sessions = countSessions(world.count);
      let made = 0;
      for (let session = 0; session < sessions; session += 1) {
        for (const event of eventsOf(world, session, sessions)) {
          if (made === world.count) return;
          made += 1;
          yield [2_000_000 + made, ...event];
        }
      }
    },
  );
}

/** So many sessions have at least so many events: the last one may be cut off. */
function countSessions(events: number): number {
  let sessions = 0;
  for (let made = 0; made < events; sessions += 1) made += stepsOf(sessions).length;
  return sessions;
}

const curve = dayCurve(START, END, businessWeight);

function* eventsOf({ customers, products }: EventWorld, index: number, sessions: number) {
  const random = randomOf("session", index);
  const visitor = Math.max(0, Math.floor(index * 0.45) - random.int(0, 40));
  const { tenant, device, customerShare } = visitorOf(visitor);
  const date = curve((index + random.next()) / sessions);
  const customer = customers[Math.floor(customerShare * customers.length)];
  const isKnown =
    customer !== undefined && customer.tenant === tenant && customer.signedUpOn < date && random.chance(0.7);
  const customerId = isKnown ? customer.id : random.chance(0.004) ? ORPHAN + random.int(1, 50) : null;
  const channel = random.weighted(CHANNEL_WEIGHTS);
  let at = date * DAY_MS + timeOfDay(random);
  for (const step of stepsOf(index)) {
    const recordedAt = at + (device === "mobile" && random.chance(0.08) ? random.int(60, 3 * 24 * 60) : 1) * MINUTE_MS;
    const productId = step === "visit" || step === "checkout" ? null : pickProduct(random, products[tenant], date);
    yield [tenant, 800_001 + index, 400_001 + visitor, customerId, at, step, channel, device, productId, recordedAt];
    at += random.int(5_000, 400_000);
  }
}

/** What stays the same over the sessions of one visitor. */
function visitorOf(visitor: number) {
  const random = randomOf("visitor", visitor);
  const tenant: Tenant = random.chance(0.6) ? "northwind" : "contoso";
  return { tenant, device: random.weighted({ desktop: 55, mobile: 38, tablet: 7 }), customerShare: random.next() };
}

/** Everybody visits, most look at something, few buy. */
function stepsOf(session: number): readonly Step[] {
  const random = randomOf("steps", session);
  if (random.chance(0.3)) return ["visit"];
  const steps: Step[] = ["visit", ...Array.from({ length: random.int(1, 4) }, (): Step => "view")];
  for (const [step, probability] of FUNNEL) {
    if (!random.chance(probability)) break;
    steps.push(step);
  }
  return steps;
}

const FUNNEL: readonly (readonly [Step, number])[] = [
  ["cart", 0.3],
  ["checkout", 0.5],
  ["purchase", 0.6],
];

function pickProduct(random: Random, products: readonly Product[], date: Day): number | null {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const product = products[Math.floor(random.next() * random.next() * products.length)];
    if (product !== undefined && product.launchedOn <= date) return product.id;
  }
  return null;
}
