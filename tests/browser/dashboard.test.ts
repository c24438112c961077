/** The example dashboard as a developer starts it, in a real Chromium. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PAID_LINES, type Sample, startSample } from "../examples/support.ts";
import { type Server, startServer } from "../support/server.ts";
import { openBrowser, PATIENCE_MS } from "./graphiql-page.ts";

let sample: Sample;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  sample = await startSample();
  const env = { ...process.env, PORT: "0", ASSAY_URL: sample.url };
  server = await startServer("npm start", { cwd: "examples/dashboard", env });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await sample?.close();
});

async function open(): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

/** What a part of the page says beside its title. */
const part = (page: Page, title: string) =>
  page.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });

const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

async function revenueByHand(region: string | null, kept: string): Promise<string> {
  const where = region === null ? kept : `${kept} and region = '${region}'`;
  const [row] = await sample.sql(`with ${PAID_LINES} select sum(sales) from paid where ${where}`);
  return dollars.format(Number(row?.[0]));
}

test("filters by region and time change every part of the page together, back and forth", async () => {
  const { page, complaints } = await open();
  await page.goto(server.url);
  for (const [region, time, kept] of [
    [null, "2025", "year(moment) = 2025"],
    ["EMEA", "2025", "year(moment) = 2025"],
    ["EMEA", "This year", "year(moment) = year(current_date) and moment < current_date + 1"],
    ["APAC", "2025", "year(moment) = 2025"],
    [null, "2025", "year(moment) = 2025"],
  ] as const) {
    await page.getByLabel("Time").selectOption(time);
    await page.getByLabel("Region").selectOption(region ?? "");
    const revenue = await revenueByHand(region, kept);
    await expect.poll(() => part(page, "Revenue").locator(".value").textContent()).toBe(revenue);
    await page.locator("main[aria-busy=false]").waitFor();
    for (const table of ["Customers", "Regions"]) {
      expect(await part(page, table).locator("tfoot td").first().textContent()).toBe(revenue);
    }
    expect(await part(page, "Regions").locator("tbody tr").count()).toBe(region === null ? 4 : 1);
  }
  expect(complaints).toEqual([]);
  await page.screenshot({ path: join(".assay", "screenshots", "dashboard.png"), fullPage: true });
  await page.close();
});

test("a slow answer is waited for, and then shown", async () => {
  const { page, complaints } = await open();
  let asked = 0;
  const seen = Promise.withResolvers<void>();
  // The first question does not wait at all; those that follow join what it began, once somebody has seen that.
  await page.route("**/graphql", async (route) => {
    const body = route.request().postData() ?? "";
    const first = asked++ === 0;
    if (!first) await seen.promise;
    await route.continue({ postData: first ? body.replaceAll("orderLines(", "orderLines(waitMs: 0, ") : body });
  });
  await page.goto(server.url);
  await part(page, "Revenue").getByText("The warehouse is still at it").waitFor();
  seen.resolve();
  await part(page, "Revenue").locator(".value").waitFor();
  expect(asked).toBeGreaterThan(1);
  expect(complaints).toEqual([]);
  await page.close();
});
