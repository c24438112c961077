import { randomOf } from "./random.ts";
import { type SampleTable, table } from "./table.ts";
import { type Day, END, START, weekdayOf } from "./time.ts";
import { INDUSTRIES, PAID_CHANNELS, type PaidChannel, TENANTS, type Tenant, TIERS } from "./words.ts";

export interface Campaign {
  readonly id: number;
  readonly tenant: Tenant;
  readonly name: string;
  readonly channel: PaidChannel;
  readonly objective: string;
  readonly startedOn: Day;
  /** The last day; may lie after the data. */
  readonly endedOn: Day;
}

/** Every channel of every tenant has a campaign most of the time: they follow each other with small gaps. */
export function makeCampaigns(count: number): readonly Campaign[] {
  const slots = TENANTS.length * PAID_CHANNELS.length;
  return Array.from({ length: count }, (_, index) => {
    const random = randomOf("campaign", index);
    const channel = PAID_CHANNELS[index % PAID_CHANNELS.length] ?? PAID_CHANNELS[0];
    const inSlot = Math.ceil((count - (index % slots)) / slots);
    const days = Math.floor((END - START) / inSlot);
    const startedOn = START + Math.floor(index / slots) * days + random.int(0, 20);
    return {
      id: 101 + index,
      tenant: Math.floor(index / PAID_CHANNELS.length) % TENANTS.length === 0 ? "northwind" : "contoso",
      name: `${random.pick(THEMES)} ${channel.replace("_", " ")} ${101 + index}`,
      channel,
      objective: random.weighted({ acquisition: 6, retention: 2, awareness: 2 }),
      startedOn,
      endedOn: startedOn + days + random.int(-25, 15),
    };
  });
}

const THEMES = ["Spring launch", "Back to work", "Upgrade week", "New year", "Switch and save", "Meet the team"];

/** One of the campaigns that ran on that day, or null. */
export type CampaignFinder = (tenant: Tenant, channel: PaidChannel, date: Day, share: number) => number | null;

export function campaignFinder(campaigns: readonly Campaign[]): CampaignFinder {
  const groups = Map.groupBy(campaigns, ({ tenant, channel }) => `${tenant}/${channel}`);
  return (tenant, channel, date, share) => {
    const group = groups.get(`${tenant}/${channel}`) ?? [];
    const running = group.filter(({ startedOn, endedOn }) => startedOn <= date && date <= endedOn);
    return running[Math.floor(share * running.length)]?.id ?? null;
  };
}

export function campaignTables(campaigns: readonly Campaign[]): readonly SampleTable[] {
  return [
    table(
      "campaigns",
      {
        campaign_id: "BIGINT",
        tenant: "VARCHAR",
        name: "VARCHAR",
        channel: "VARCHAR",
        objective: "VARCHAR",
        started_on: "DATE",
        ended_on: "DATE",
      },
      function* () {
        for (const { id, tenant, name, channel, objective, startedOn, endedOn } of campaigns) {
          yield [id, tenant, name, channel, objective, startedOn, endedOn < END ? endedOn : null];
        }
      },
    ),
    table(
      "campaign_spend",
      {
        campaign_id: "BIGINT",
        tenant: "VARCHAR",
        spent_on: "DATE",
        channel: "VARCHAR",
        tier: "VARCHAR",
        industry: "VARCHAR",
        spend_usd: "DECIMAL(18,2)",
        impressions: "INTEGER",
        clicks: "INTEGER",
      },
      function* () {
        for (const campaign of campaigns) yield* spendOf(campaign);
      },
    ),
  ];
}

/** Each campaign aims at three audiences; they differ from campaign to campaign, so that all get some. */
function* spendOf({ id, tenant, channel, startedOn, endedOn }: Campaign) {
  const random = randomOf("spend", id);
  for (let audience = 0; audience < 3; audience += 1) {
    const number = id * 3 + audience;
    const tier = TIERS[number % TIERS.length] ?? "core";
    const industry = INDUSTRIES[Math.floor(number / TIERS.length) % INDUSTRIES.length] ?? "software";
    const daily = random.int(9_000, 36_000) * (tier === "strategic" ? 2 : 1);
    for (let date = startedOn; date <= Math.min(endedOn, END - 1); date += 1) {
      const isCredit = random.chance(0.003);
      const cents = Math.floor(daily * (0.7 + 0.6 * random.next()) * (weekdayOf(date) < 5 ? 1 : 0.6));
      const impressions = isCredit ? 0 : Math.floor((cents * (2 + 3 * random.next())) / 6);
      const clicks = Math.floor(impressions * (0.004 + 0.02 * random.next()));
      const campaignId = random.chance(0.002) ? DELETED_CAMPAIGN + id : id;
      yield [campaignId, tenant, date, channel, tier, industry, isCredit ? -cents : cents, impressions, clicks];
    }
  }
}

const DELETED_CAMPAIGN = 900_000_000;
