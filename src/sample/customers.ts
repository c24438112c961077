import type { CampaignFinder } from "./campaigns.ts";
import { type Random, randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import {
  businessWeight,
  DAY_MS,
  type Day,
  dayCurve,
  dayOf,
  END,
  type Instant,
  lowerBound,
  MINUTE_MS,
  PAST_START,
} from "./time.ts";
import {
  CHANNEL_WEIGHTS,
  type Channel,
  COMPANY_ENDS,
  COMPANY_STARTS,
  COUNTRIES,
  type Currency,
  FIRST_NAMES,
  INDUSTRIES,
  isPaid,
  LAST_NAMES,
  type Region,
  type Segment,
  type Tenant,
  type Tier,
} from "./words.ts";

export interface Customer {
  readonly id: number;
  readonly tenant: Tenant;
  readonly name: string;
  readonly email: string;
  readonly industry: string | null;
  readonly channel: Channel;
  readonly campaignId: number | null;
  readonly signedUpAt: Instant;
  readonly signedUpOn: Day;
  readonly currency: Currency;
  /** How much it buys, 0 to 1. */
  readonly appetite: number;
  /** At least one, oldest first. */
  readonly versions: readonly CustomerVersion[];
  /** The last of `versions`. */
  readonly now: CustomerVersion;
}

interface CustomerVersion {
  readonly from: Day;
  readonly segment: Segment;
  readonly tier: Tier;
  readonly region: Region;
  readonly country: string | null;
}

/** In the order of their sign-up. */
export function makeCustomers(count: number, findCampaign: CampaignFinder): readonly Customer[] {
  const curve = dayCurve(PAST_START, END, businessWeight);
  return Array.from({ length: count }, (_, index) => {
    const random = randomOf("customer", index);
    const signedUpOn = curve((index + random.next()) / count);
    const signedUpAt = signedUpOn * DAY_MS + timeOfDay(random);
    const tenant: Tenant = random.chance(0.6) ? "northwind" : "contoso";
    const channel = random.weighted(CHANNEL_WEIGHTS);
    const isTraced = isPaid(channel) && random.chance(0.9);
    const campaignId = isTraced ? findCampaign(tenant, channel, signedUpOn, random.next()) : null;
    const name = `${random.pick(COMPANY_STARTS)} ${random.pick(COMPANY_ENDS)}`;
    const person = `${random.pick(FIRST_NAMES)}.${random.pick(LAST_NAMES)}`;
    const id = 1001 + index;
    const versions = makeVersions(random, signedUpOn);
    const now = versions.at(-1) ?? firstVersion(random, signedUpOn);
    return {
      id,
      tenant,
      name,
      email: `${person}@${name.replace(" ", "-")}-${id}.example`.toLowerCase(),
      industry: random.chance(0.03) ? null : random.pick(INDUSTRIES),
      channel,
      campaignId,
      signedUpAt,
      signedUpOn: dayOf(signedUpAt),
      currency: currencyOf(now),
      appetite: random.next() * random.next(),
      versions,
      now,
    };
  });
}

/** Milliseconds after midnight UTC: mostly working hours, and some minutes before and after midnight. */
export function timeOfDay(random: Random): number {
  if (random.chance(0.04)) return ((24 * 60 + random.int(-45, 44)) % (24 * 60)) * MINUTE_MS + random.int(0, 59_999);
  const minutes = 6 * 60 + Math.floor((random.next() + random.next()) * 8.5 * 60);
  return minutes * MINUTE_MS + random.int(0, 59_999);
}

/** Customers that had signed up on an earlier day; the first so many of the list. */
export function countBefore(signUps: readonly Day[], date: Day): number {
  return lowerBound(signUps, date - 1);
}

export function regionOn({ versions, now }: Customer, date: Day): Region {
  return (versions.findLast(({ from }) => from <= date) ?? now).region;
}

function makeVersions(random: Random, signedUpOn: Day): readonly CustomerVersion[] {
  const versions = [firstVersion(random, signedUpOn)];
  for (;;) {
    const last = versions.at(-1);
    const from = (last?.from ?? END) + random.int(60, 900);
    if (last === undefined || from >= END) return versions;
    const next = { ...last, ...random.pick(CHANGES)(last, random), from };
    if (next.segment !== last.segment || next.tier !== last.tier || next.country !== last.country) versions.push(next);
    else return versions; // nothing to change: this one stays as it is
  }
}

function firstVersion(random: Random, from: Day): CustomerVersion {
  const segment = random.weighted({ enterprise: 10, mid_market: 30, smb: 60 });
  const tier = random.weighted(TIER_WEIGHTS[segment]);
  return { from, segment, tier, ...placeOf(random, random.weighted({ AMER: 45, EMEA: 38, APAC: 17 })) };
}

const TIER_WEIGHTS: Readonly<Record<Segment, Readonly<Record<Tier, number>>>> = {
  enterprise: { strategic: 60, growth: 30, core: 10 },
  mid_market: { strategic: 15, growth: 55, core: 30 },
  smb: { strategic: 2, growth: 23, core: 75 },
};

type Change = (last: CustomerVersion, random: Random) => Partial<CustomerVersion>;
const CHANGES: readonly Change[] = [
  ({ segment }) => ({ segment: segment === "smb" ? "mid_market" : "enterprise" }),
  ({ tier }) => ({ tier: tier === "core" ? "growth" : "strategic" }),
  ({ tier }) => ({ tier: tier === "strategic" ? "growth" : "core" }),
  ({ region }, random) => placeOf(random, region),
];

function placeOf(random: Random, region: Region): Pick<CustomerVersion, "region" | "country"> {
  return { region, country: random.chance(0.02) ? null : random.pick(COUNTRIES[region]) };
}

function currencyOf({ region, country }: CustomerVersion): Currency {
  if (country === "GB") return "GBP";
  return region === "EMEA" ? "EUR" : "USD";
}

export function customerTables(customers: readonly Customer[]): readonly SampleTable[] {
  return [
    table(
      "customers",
      {
        customer_id: "BIGINT",
        tenant: "VARCHAR",
        name: "VARCHAR",
        email: "VARCHAR",
        segment: "VARCHAR",
        tier: "VARCHAR",
        industry: "VARCHAR",
        region: "VARCHAR",
        country: "VARCHAR",
        acquisition_channel: "VARCHAR",
        campaign_id: "BIGINT",
        signed_up_at: "TIMESTAMP WITH TIME ZONE",
        signed_up_on: "DATE",
      },
      function* () {
        for (const {
          id,
          tenant,
          name,
          email,
          industry,
          channel,
          campaignId,
          signedUpAt,
          signedUpOn,
          now,
        } of customers) {
          const { segment, tier, region, country } = now;
          yield [
            id,
            tenant,
            name,
            email,
            segment,
            tier,
            industry,
            region,
            country,
            channel,
            campaignId,
            signedUpAt,
            signedUpOn,
          ];
        }
      },
    ),
    table(
      "customers_history",
      {
        customer_id: "BIGINT",
        tenant: "VARCHAR",
        segment: "VARCHAR",
        tier: "VARCHAR",
        industry: "VARCHAR",
        region: "VARCHAR",
        country: "VARCHAR",
        valid_from: "DATE",
        valid_to: "DATE",
      },
      function* () {
        for (const { id, tenant, industry, versions } of customers) {
          for (const [index, { from, segment, tier, region, country }] of versions.entries()) {
            yield [id, tenant, segment, tier, industry, region, country, from, versions[index + 1]?.from ?? null];
          }
        }
      },
    ),
  ];
}
