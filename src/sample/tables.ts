import { calendarTables, makeFxRates } from "./calendar.ts";
import { campaignFinder, campaignTables, makeCampaigns } from "./campaigns.ts";
import { customerTables, makeCustomers } from "./customers.ts";
import { eventTable } from "./events.ts";
import { orderTables } from "./order-tables.ts";
import { makeProducts, productTables } from "./products.ts";
import { subscriptionTables } from "./subscriptions.ts";
import type { SampleTable } from "./table.ts";

/**
 * The data of the sample company, the same every time.
 *
 * @param scale A whole number from 1: so many times the customers, products, orders, events and campaigns.
 */
export function sampleTables(scale = 1): readonly SampleTable[] {
  if (!Number.isSafeInteger(scale) || scale < 1)
    throw new RangeError(`The scale is a whole number from 1, not ${scale}.`);
  const rateOf = makeFxRates();
  const campaigns = makeCampaigns(25 * scale);
  const findCampaign = campaignFinder(campaigns);
  const customers = makeCustomers(2_500 * scale, findCampaign);
  const signUps = customers.map(({ signedUpOn }) => signedUpOn);
  const allProducts = makeProducts(650 * scale);
  const products = {
    northwind: allProducts.filter(({ tenant }) => tenant === "northwind"),
    contoso: allProducts.filter(({ tenant }) => tenant === "contoso"),
  };
  return [
    ...calendarTables(rateOf),
    ...campaignTables(campaigns),
    ...customerTables(customers),
    ...productTables(allProducts, 60 * scale),
    ...orderTables({ count: 12_000 * scale, customers, signUps, products, findCampaign, rateOf }),
    ...subscriptionTables(customers, rateOf),
    eventTable({ count: 75_000 * scale, customers, products }),
  ];
}
