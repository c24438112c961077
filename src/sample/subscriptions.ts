import type { FxRate } from "./calendar.ts";
import { type Customer, timeOfDay } from "./customers.ts";
import { recorded } from "./orders.ts";
import { type Random, randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import { DAY_MS, type Day, END, firstOfMonth, type Instant, monthOf, PAST_START, START } from "./time.ts";
import type { Segment } from "./words.ts";

type Plan = keyof typeof SEAT_PRICES;
type Kind = "start" | "upgrade" | "downgrade" | "seats_added" | "seats_removed" | "cancel";

interface Subscription {
  readonly isAnnual: boolean;
  /** In order of time, the start first. A cancellation is the last. */
  readonly changes: readonly Change[];
}

/** Money in cents; 0 seats and no money after a cancellation. */
interface Change {
  readonly on: Day;
  readonly kind: Kind;
  readonly plan: Plan;
  readonly seats: number;
  readonly mrr: number;
  readonly mrrUsd: number;
  readonly recordedAt: Instant;
}

/** Cents a seat and month, in the customer's currency. */
const SEAT_PRICES = { starter: 900, team: 1_900, business: 3_900, enterprise: 6_900 };
const PLANS: readonly Plan[] = ["starter", "team", "business", "enterprise"];

/** First plan, seats, and how often each change comes. */
const HABITS: Readonly<
  Record<
    Segment,
    {
      plan: readonly [number, number];
      seats: readonly [number, number];
      changes: Record<Exclude<Kind, "start">, number>;
    }
  >
> = {
  smb: {
    plan: [0, 1],
    seats: [2, 15],
    changes: { seats_added: 36, seats_removed: 16, upgrade: 14, downgrade: 6, cancel: 28 },
  },
  mid_market: {
    plan: [1, 2],
    seats: [10, 60],
    changes: { seats_added: 44, seats_removed: 16, upgrade: 14, downgrade: 8, cancel: 18 },
  },
  enterprise: {
    plan: [2, 3],
    seats: [40, 250],
    changes: { seats_added: 54, seats_removed: 18, upgrade: 10, downgrade: 8, cancel: 8 },
  },
};

/** Of one customer, in order of their start; none for many customers. */
export function subscriptionsOf(customer: Customer, rateOf: FxRate): readonly Subscription[] {
  const random = randomOf("subscription", customer.id);
  if (!random.chance(0.62)) return [];
  const subscriptions: Subscription[] = [];
  const segment = customer.versions[0]?.segment ?? "smb";
  const isDouble = segment === "enterprise" && random.chance(0.25);
  let start = customer.signedUpOn + random.int(0, 60);
  if (isDouble) subscriptions.push(...makeSubscription(random, customer, segment, start + random.int(30, 300), rateOf));
  for (;;) {
    const [subscription] = makeSubscription(random, customer, segment, start, rateOf);
    if (subscription === undefined) break;
    subscriptions.push(subscription);
    const last = subscription.changes.at(-1);
    if (last?.kind !== "cancel" || !random.chance(0.35)) break;
    start = last.on + random.int(20, 200);
  }
  return subscriptions.sort((a, b) => (a.changes[0]?.on ?? 0) - (b.changes[0]?.on ?? 0));
}

/** None when it would start after the data. */
function makeSubscription(
  random: Random,
  customer: Customer,
  segment: Segment,
  start: Day,
  rateOf: FxRate,
): Subscription[] {
  if (start >= END) return [];
  const { plan: plans, seats: seatRange, changes: weights } = HABITS[segment];
  const isAnnual = random.chance(0.4);
  const rate = rateOf(customer.currency, start);
  let level = random.int(...plans);
  let seats = random.int(...seatRange);
  const change = (on: Day, kind: Kind): Change => {
    const plan = PLANS[level] ?? "starter";
    const seatsNow = kind === "cancel" ? 0 : seats;
    const mrr = Math.floor((seatsNow * SEAT_PRICES[plan] * (isAnnual ? 85 : 100)) / 100);
    const mrrUsd = Math.round((mrr * rate) / 1_000_000);
    return {
      on,
      kind,
      plan,
      seats: seatsNow,
      mrr,
      mrrUsd,
      recordedAt: recorded(random, on * DAY_MS + timeOfDay(random)),
    };
  };
  const changes = [change(start, "start")];
  for (let on = start + random.int(45, 240); on < END; on += random.int(45, 240)) {
    const kind = random.weighted(weights);
    if (kind === "seats_added") seats += random.int(1, Math.max(1, Math.floor(seats / 3)));
    else if (kind === "seats_removed" && seats > 1) seats -= random.int(1, Math.max(1, Math.floor(seats / 4)));
    else if (kind === "upgrade" && level < PLANS.length - 1) level += 1;
    else if (kind === "downgrade" && level > 0) level -= 1;
    else if (kind !== "cancel") continue;
    changes.push(change(on, kind));
    if (kind === "cancel") break;
  }
  return [{ isAnnual, changes }];
}

export function subscriptionTables(customers: readonly Customer[], rateOf: FxRate): readonly SampleTable[] {
  function* numbered() {
    let id = 70_000;
    for (const customer of customers) {
      for (const subscription of subscriptionsOf(customer, rateOf)) {
        id += 1;
        yield { id, customer, ...subscription };
      }
    }
  }
  return [
    table(
      "subscriptions",
      {
        subscription_id: "BIGINT",
        tenant: "VARCHAR",
        customer_id: "BIGINT",
        plan: "VARCHAR",
        billing_period: "VARCHAR",
        currency: "VARCHAR",
        started_on: "DATE",
        ended_on: "DATE",
        mrr: "DECIMAL(18,2)",
        mrr_usd: "DECIMAL(18,2)",
      },
      function* () {
        for (const { id, customer, isAnnual, changes } of numbered()) {
          const start = changes[0];
          const end = changes.find(({ kind }) => kind === "cancel");
          const last = changes.findLast(({ kind }) => kind !== "cancel");
          if (start === undefined || last === undefined) continue;
          const billing = isAnnual ? "annual" : "monthly";
          const dates = [start.on, end?.on ?? null];
          yield [
            id,
            customer.tenant,
            customer.id,
            last.plan,
            billing,
            customer.currency,
            ...dates,
            last.mrr,
            last.mrrUsd,
          ];
        }
      },
    ),
    table(
      "subscription_changes",
      {
        subscription_id: "BIGINT",
        change_no: "INTEGER",
        tenant: "VARCHAR",
        customer_id: "BIGINT",
        changed_on: "DATE",
        kind: "VARCHAR",
        plan: "VARCHAR",
        seats: "INTEGER",
        mrr_usd: "DECIMAL(18,2)",
        recorded_at: "TIMESTAMP WITH TIME ZONE",
      },
      function* () {
        for (const { id, customer, changes } of numbered()) {
          for (const [index, { on, kind, plan, seats, mrrUsd, recordedAt }] of changes.entries()) {
            yield [id, index + 1, customer.tenant, customer.id, on, kind, plan, seats, mrrUsd, recordedAt];
          }
        }
      },
    ),
    table(
      "mrr_monthly",
      {
        customer_id: "BIGINT",
        tenant: "VARCHAR",
        mrr_month: "DATE",
        opening_mrr_usd: "DECIMAL(18,2)",
        new_mrr_usd: "DECIMAL(18,2)",
        reactivation_mrr_usd: "DECIMAL(18,2)",
        expansion_mrr_usd: "DECIMAL(18,2)",
        contraction_mrr_usd: "DECIMAL(18,2)",
        churned_mrr_usd: "DECIMAL(18,2)",
        closing_mrr_usd: "DECIMAL(18,2)",
      },
      function* () {
        for (const customer of customers) {
          for (const month of bridgeOf(subscriptionsOf(customer, rateOf)))
            yield [customer.id, customer.tenant, ...month];
        }
      },
    ),
  ];
}

/** First day of the month, opening, new, reactivation, expansion, contraction, churned, closing. */
function* bridgeOf(subscriptions: readonly Subscription[]): Iterable<readonly number[]> {
  let opening = 0;
  let hadSome = false;
  for (let month = monthOf(PAST_START); month < monthOf(END); month += 1) {
    const nextMonth = firstOfMonth(month + 1);
    const closing = subscriptions.reduce((sum, { changes }) => {
      return sum + (changes.findLast(({ on }) => on < nextMonth)?.mrrUsd ?? 0);
    }, 0);
    if (month >= monthOf(START) && (opening > 0 || closing > 0)) {
      const difference = closing - opening;
      const gained = opening === 0 ? closing : 0;
      const lost = closing === 0 ? opening : 0;
      const expansion = opening > 0 ? Math.max(0, difference) : 0;
      const contraction = closing > 0 ? Math.max(0, -difference) : 0;
      yield [
        firstOfMonth(month),
        opening,
        hadSome ? 0 : gained,
        hadSome ? gained : 0,
        expansion,
        contraction,
        lost,
        closing,
      ];
    }
    hadSome ||= closing > 0;
    opening = closing;
  }
}
