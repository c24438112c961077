export type Tenant = "northwind" | "contoso";
export type Segment = "enterprise" | "mid_market" | "smb";
export type Tier = "strategic" | "growth" | "core";
export type Region = "AMER" | "EMEA" | "APAC";
export type Currency = "EUR" | "USD" | "GBP";
export type Category = "hardware" | "accessories" | "networking" | "storage" | "audio" | "furniture";
export type Channel = PaidChannel | "organic" | "direct";
export type PaidChannel = (typeof PAID_CHANNELS)[number];

export const TENANTS: readonly Tenant[] = ["northwind", "contoso"];
export const TIERS: readonly Tier[] = ["strategic", "growth", "core"];
export const PAID_CHANNELS = ["paid_search", "paid_social", "email", "partner"] as const;
export const INDUSTRIES = ["software", "retail", "manufacturing", "finance", "healthcare", "education"] as const;
export const COUNTRIES: Readonly<Record<Region, readonly string[]>> = {
  AMER: ["US", "US", "US", "CA", "BR", "MX"],
  EMEA: ["DE", "GB", "FR", "NL", "ES", "SE", "IT"],
  APAC: ["AU", "JP", "SG", "IN"],
};

export const CHANNEL_WEIGHTS: Readonly<Record<Channel, number>> = {
  paid_search: 24,
  paid_social: 16,
  email: 12,
  partner: 10,
  organic: 24,
  direct: 14,
};

export function isPaid(channel: Channel): channel is PaidChannel {
  return (PAID_CHANNELS as readonly string[]).includes(channel);
}

export const FIRST_NAMES = "Ana Ben Chloe David Elif Farid Grace Hugo Ines Jonas Kira Liam Mei Noor Oskar Priya".split(
  " ",
);
export const LAST_NAMES =
  "Abe Brandt Costa Dubois Evans Fischer Garcia Haddad Ito Jensen Kumar Larsen Moreau Novak".split(" ");
export const COMPANY_STARTS =
  "Alder Amber Birch Cobalt Copper Delta Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen Maple Nimbus Orchid Pine Quartz River Slate Tundra Umber Vista Willow Zephyr".split(
    " ",
  );
export const COMPANY_ENDS =
  "Analytics Care Foods Freight Labs Learning Logistics Media Motors Partners Retail Systems Textiles Works".split(" ");

/** What each category sells, and the range of its list prices in cents. */
export const CATEGORIES: Readonly<
  Record<Category, { readonly nouns: readonly string[]; readonly cents: readonly [number, number] }>
> = {
  hardware: { nouns: ["Laptop", "Monitor", "Dock", "Workstation"], cents: [19_900, 189_900] },
  accessories: { nouns: ["Mouse", "Keyboard", "Cable", "Stand"], cents: [990, 14_900] },
  networking: { nouns: ["Router", "Switch", "Access Point"], cents: [4_900, 89_900] },
  storage: { nouns: ["SSD", "Backup Drive", "Memory Card"], cents: [2_900, 49_900] },
  audio: { nouns: ["Headset", "Speaker", "Microphone"], cents: [3_900, 39_900] },
  furniture: { nouns: ["Desk", "Chair", "Shelf"], cents: [8_900, 119_900] },
};
export const PRODUCT_STARTS = "Air Core Duo Edge Flex Max Neo One Prime Pro Studio Ultra".split(" ");
