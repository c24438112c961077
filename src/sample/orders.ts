import type { FxRate } from "./calendar.ts";
import type { CampaignFinder } from "./campaigns.ts";
import { type Customer, countBefore, regionOn, timeOfDay } from "./customers.ts";
import { type Product, versionOn } from "./products.ts";
import { type Random, randomOf } from "./random.ts";
import { businessWeight, DAY_MS, type Day, dayCurve, dayOf, END, type Instant, MINUTE_MS, START } from "./time.ts";
import {
  CHANNEL_WEIGHTS,
  type Channel,
  type Currency,
  isPaid,
  type Region,
  type Segment,
  type Tenant,
} from "./words.ts";

/** Money in cents. Everything that happened to one order. */
export interface Order {
  readonly id: number;
  readonly tenant: Tenant;
  readonly customerId: number | null;
  /** Of the buyer when ordered. */
  readonly region: Region | null;
  readonly orderedAt: Instant;
  readonly status: "placed" | "paid" | "cancelled";
  readonly channel: Channel;
  readonly campaignId: number | null;
  readonly currency: Currency;
  readonly amount: number;
  readonly amountUsd: number;
  readonly recordedAt: Instant;
  readonly lines: readonly OrderLine[];
  readonly returns: readonly OrderReturn[];
  readonly payments: readonly Payment[];
}

export interface OrderLine {
  readonly no: number;
  readonly productId: number | null;
  readonly quantity: number;
  readonly price: number;
  readonly discount: number;
  readonly cost: number;
}

export interface OrderReturn {
  readonly line: OrderLine;
  readonly returnedAt: Instant;
  readonly reason: string | null;
  readonly quantity: number;
  readonly refund: number;
  readonly recordedAt: Instant;
}

export interface Payment {
  /** NULL in the data: the bank text could not be matched. */
  readonly isUnmatched: boolean;
  readonly paidAt: Instant;
  readonly method: string;
  readonly amount: number;
  readonly recordedAt: Instant;
}

export interface OrderWorld {
  readonly count: number;
  readonly customers: readonly Customer[];
  /** Days of their sign-ups, in the same order. */
  readonly signUps: readonly Day[];
  /** Best-selling first. */
  readonly products: Readonly<Record<Tenant, readonly Product[]>>;
  readonly findCampaign: CampaignFinder;
  readonly rateOf: FxRate;
}

/** Of customers and products that were deleted. */
export const ORPHAN = 900_000_000;

const curve = dayCurve(START, END, businessWeight);

/** The order of that number: 0 … count - 1, roughly in the order of time. Each can be made alone. */
export function makeOrder(world: OrderWorld, index: number): Order {
  const random = randomOf("order", index);
  const orderedAt =
    index % 300 === 7 ? aroundClockChange(random) : someTime(random, (index + random.next()) / world.count);
  const date = dayOf(orderedAt);
  const customer = pickCustomer(world, random, date);
  const tenant = customer?.tenant ?? (random.chance(0.6) ? "northwind" : "contoso");
  const customerId = customer?.id ?? (random.chance(0.2) ? ORPHAN + random.int(1, 50) : null);
  const currency = customer?.currency ?? random.weighted({ EUR: 4, USD: 5, GBP: 1 });
  const channel = random.weighted(CHANNEL_WEIGHTS);
  const isTraced = isPaid(channel) && random.chance(0.85);
  const campaignId = isTraced ? world.findCampaign(tenant, channel, date, random.next()) : null;
  const status = random.weighted({ placed: END - date < 30 ? 30 : 3, paid: 87, cancelled: 9 });
  const lines = makeLines(random, world.products[tenant], date, customer?.now.segment ?? "smb");
  const amountUsd = lines.reduce((sum, line) => sum + netOf(line), 0);
  const returns = status === "paid" ? makeReturns(random, orderedAt, lines) : [];
  return {
    id: 100_001 + index,
    tenant,
    customerId,
    region: customer ? regionOn(customer, date) : null,
    orderedAt,
    status,
    channel,
    campaignId,
    currency,
    amount: Math.round((amountUsd * 1_000_000) / world.rateOf(currency, date)),
    amountUsd,
    recordedAt: recorded(random, orderedAt),
    lines,
    returns,
    payments: makePayments(random, orderedAt, status, amountUsd, returns),
  };
}

export function netOf({ quantity, price, discount }: OrderLine): number {
  return quantity * price - discount;
}

/** Minutes later; for late rows days. */
export function recorded(random: Random, at: Instant): Instant {
  return at + (random.chance(0.015) ? random.int(3 * 24 * 60, 40 * 24 * 60) : random.int(1, 90)) * MINUTE_MS;
}

function someTime(random: Random, share: number): Instant {
  return curve(share) * DAY_MS + timeOfDay(random);
}

/** Up to 90 minutes before or after. */
function aroundClockChange(random: Random): Instant {
  return random.pick(CLOCK_CHANGES) + random.int(-90 * 60, 90 * 60 - 1) * 1000;
}

/** New York turns its clocks at 7:00 and 6:00 UTC, the European Union at 1:00 UTC. */
const CLOCK_CHANGES: readonly Instant[] = [
  Date.UTC(2025, 10, 2, 6),
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
];

/** undefined: a guest, or a customer that was deleted since. */
function pickCustomer({ customers, signUps }: OrderWorld, random: Random, date: Day): Customer | undefined {
  if (random.chance(0.05)) return undefined;
  const known = countBefore(signUps, date);
  let customer: Customer | undefined;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    customer = customers[Math.floor(random.next() * known)];
    if (customer !== undefined && random.chance(0.1 + customer.appetite)) break;
  }
  return customer;
}

function makeLines(random: Random, products: readonly Product[], date: Day, segment: Segment): readonly OrderLine[] {
  if (random.chance(0.003)) return [];
  const isGift = random.chance(0.012);
  const count = 1 + Math.floor(random.next() * random.next() * 5);
  return Array.from({ length: count }, (_, index) => {
    const quantity = 1 + Math.floor(random.next() * random.next() * MOST_UNITS[segment]);
    const { productId, price, cost } = pickProduct(random, products, date);
    const percent = random.chance(0.35) ? random.int(1, 5) * 5 : 0;
    const gross = quantity * price;
    return {
      no: index + 1,
      productId,
      quantity,
      price,
      discount: isGift ? gross : Math.floor((gross * percent) / 100),
      cost,
    };
  });
}

const MOST_UNITS: Readonly<Record<Segment, number>> = { enterprise: 30, mid_market: 10, smb: 4 };

function pickProduct(random: Random, products: readonly Product[], date: Day) {
  const fate = random.next();
  if (fate < 0.008) return { productId: null, price: random.int(500, 20_000), cost: 0 };
  if (fate < 0.013) return { productId: ORPHAN + random.int(1, 30), price: random.int(500, 20_000), cost: 0 };
  let product = products[0];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const candidate = products[Math.floor(random.next() * random.next() * products.length)];
    if (candidate === undefined || candidate.launchedOn > date) continue;
    if (candidate.discontinuedOn !== null && candidate.discontinuedOn + 30 < date) continue;
    product = candidate;
    break;
  }
  if (product === undefined) throw new Error("A tenant without products.");
  const { price, cost } = versionOn(product, date);
  return { productId: product.id, price, cost };
}

/** None after the data: those have not happened yet. */
function makeReturns(random: Random, orderedAt: Instant, lines: readonly OrderLine[]): readonly OrderReturn[] {
  return lines.flatMap((line) => {
    if (!random.chance(0.07)) return [];
    const returnedAt = orderedAt + random.int(2 * 24 * 60, 45 * 24 * 60) * MINUTE_MS;
    const quantity = random.chance(0.6) ? line.quantity : random.int(1, line.quantity);
    const refund = Math.floor((netOf(line) * quantity) / line.quantity);
    const reason = random.chance(0.1) ? null : random.pick(["damaged", "wrong_item", "not_needed", "late"]);
    const event = { line, returnedAt, reason, quantity, refund, recordedAt: recorded(random, returnedAt) };
    return dayOf(returnedAt) < END ? [event] : [];
  });
}

/** Instalments that add up to the order (the last ones may be owed still), then the refunds. */
function makePayments(
  random: Random,
  orderedAt: Instant,
  status: Order["status"],
  amountUsd: number,
  returns: readonly OrderReturn[],
): readonly Payment[] {
  const wasPaid = status === "paid" || (status === "cancelled" && random.chance(0.3));
  if (!wasPaid || amountUsd === 0) return [];
  const method = random.weighted({ card: 6, transfer: 3, wallet: 1 });
  const pay = (paidAt: Instant, amount: number): Payment[] => {
    const payment = { isUnmatched: random.chance(0.004), paidAt, method, amount, recordedAt: recorded(random, paidAt) };
    return dayOf(paidAt) < END ? [payment] : [];
  };
  const parts = status === "paid" && amountUsd > 10_000 && random.chance(0.3) ? random.int(2, 4) : 1;
  const part = Math.floor(amountUsd / parts);
  const instalments = Array.from({ length: parts }, (_, index) => {
    const lateDays = random.chance(0.03) ? random.int(30, 120) : 0;
    const paidAt = orderedAt + (index * 30 + lateDays) * DAY_MS + random.int(1, 600) * MINUTE_MS;
    return pay(paidAt, index < parts - 1 ? part : amountUsd - part * (parts - 1));
  });
  const refunds = returns
    .filter(({ refund }) => refund > 0)
    .map(({ returnedAt, refund }) => pay(returnedAt + DAY_MS, -refund));
  const reversal = status === "cancelled" ? pay(orderedAt + 130 * DAY_MS, -amountUsd) : [];
  return [...instalments.flat(), ...refunds.flat(), ...reversal];
}
