import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { findChromium, NO_CHROMIUM } from "./chromium.ts";

/** Where pictures of the page are left, for whoever wants to see it. */
const SCREENSHOTS = join(".assay", "screenshots");

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(NO_CHROMIUM);
  // Chromium's own sandbox cannot be had by root, as which containers often run.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** For each step of a page, on a machine that does other things besides. */
export const PATIENCE_MS = 60_000;

/** GraphiQL in a tab of a fresh browser, which reaches no other host. */
export interface GraphiqlPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the console said that is an error, and what was thrown. */
  readonly complaints: readonly string[];
  /** Addresses of other hosts that the page asked for. */
  readonly foreign: readonly string[];
  /** Puts a question into the editor. */
  write(query: string, variables?: object): Promise<void>;
  /** Runs what stands in the editor. @returns the answer as the page shows it */
  run(): Promise<{ readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] }>;
  /** Shows the answer as a table. */
  showTable(): Promise<void>;
  screenshot(name: string): Promise<void>;
}

export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly permissions?: string[];
}

export async function openGraphiql(browser: Browser, port: number, look: Look = {}): Promise<GraphiqlPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...look });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const foreign: string[] = [];
  const origin = `http://127.0.0.1:${port}`;
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${origin}/graphql`);
  await page.getByRole("button", { name: /^Execute query/ }).waitFor();
  await page.getByText(/^Asking as/).waitFor();
  const editor = (name: string) => page.locator(`section[aria-label="${name}"] .CodeMirror`).first();
  return {
    page,
    context,
    complaints,
    foreign,
    async write(query, variables) {
      await setText(editor("Query Editor"), query);
      if (variables) await setText(editor("Variables"), JSON.stringify(variables));
    },
    async run() {
      const answered = page.waitForResponse((response) => isQuestion(response.request()));
      await page.getByRole("button", { name: /^Execute query/ }).click();
      const answer = await (await answered).json();
      await page.getByRole("region", { name: "Answer" }).getByText(/ ms$/).waitFor();
      return answer;
    },
    async showTable() {
      const button = page.getByRole("button", { name: "Table" });
      if ((await button.getAttribute("aria-pressed")) === "false") await button.click();
      await page.getByRole("region", { name: "Rows" }).waitFor();
    },
    async screenshot(name) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    },
  };
}

/** Not what GraphiQL asks of the schema, nor what the page asks of the catalogue. */
function isQuestion(request: Request): boolean {
  if (new URL(request.url()).pathname !== "/graphql" || request.method() !== "POST") return false;
  return !/IntrospectionQuery|query Units/.test(request.postData() ?? "");
}

type Editor = ReturnType<Page["locator"]>;

interface CodeMirrorElement extends HTMLElement {
  readonly CodeMirror: { setValue(text: string): void };
}

/** As if somebody had typed it; letter by letter the editor would close brackets and offer words. */
async function setText(editor: Editor, text: string): Promise<void> {
  await editor.evaluate((element: CodeMirrorElement, value) => element.CodeMirror.setValue(value), text);
}
