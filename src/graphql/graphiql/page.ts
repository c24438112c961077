import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Catalog } from "../../catalog/index.ts";
import { type ExampleTab, exampleTabs } from "./examples.ts";

export interface PageFile {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** GraphiQL as the npm packages publish it, served by us: nothing is loaded from elsewhere, so it works offline. */
export interface Graphiql {
  /** The page at `/graphql`, an asset it needs, or null. */
  file(pathname: string): PageFile | null;
}

/**
 * Scripts only from here and none in the page. GraphiQL's parts put style elements into the page, and its fonts and
 * pictures are in its style sheet.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface Asset {
  readonly file: () => string;
  readonly type: string;
}

const ASSETS: Readonly<Record<string, Asset>> = {
  "react.js": { file: inPackage("react", "umd/react.production.min.js"), type: "text/javascript" },
  "react-dom.js": { file: inPackage("react-dom", "umd/react-dom.production.min.js"), type: "text/javascript" },
  "graphiql.js": { file: inPackage("graphiql", "graphiql.min.js"), type: "text/javascript" },
  "graphiql.css": { file: inPackage("graphiql", "graphiql.min.css"), type: "text/css" },
  "explorer.js": { file: inPackage("@graphiql/plugin-explorer", "dist/index.umd.js"), type: "text/javascript" },
  "explorer.css": { file: inPackage("@graphiql/plugin-explorer", "dist/style.css"), type: "text/css" },
  "page.css": { file: () => besideThis("page.css"), type: "text/css" },
  ...ours("curl.js", "answer.js", "pending.js", "picture.js", "table.js", "boot.js"),
};

/** @param catalogNow What the page's examples name whenever it is opened; null: it opens without any. */
export function createGraphiql(catalogNow: () => Catalog | null): Graphiql {
  const files = new Map<string, PageFile>();
  let shown: { readonly catalog: Catalog | null; readonly page: PageFile } | null = null;
  const pageNow = (): PageFile => {
    const catalog = catalogNow();
    if (shown?.catalog !== catalog) shown = { catalog, page: page(catalog) };
    return shown.page;
  };
  return {
    file(pathname) {
      if (pathname === "/graphql") return pageNow();
      const known = files.get(pathname);
      if (known) return known;
      const asset = Object.entries(ASSETS).find(([name]) => pathname === `/graphql/assets/${name}`)?.[1];
      if (!asset) return null;
      const headers = { "content-type": `${asset.type}; charset=utf-8`, "cache-control": "private, max-age=3600" };
      const file = { body: readFileSync(asset.file()), headers };
      files.set(pathname, file);
      return file;
    },
  };
}

function page(catalog: Catalog | null): PageFile {
  // In HTML the text of a script ends at the first "</script", whatever JSON thinks of it.
  const tabs = JSON.stringify(tabsFor(catalog)).replaceAll("<", "\\u003c");
  const html = readFileSync(besideThis("page.html"), "utf8").replace('id="tabs">[]<', () => `id="tabs">${tabs}<`);
  return {
    body: html,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": CONTENT_SECURITY_POLICY },
  };
}

/** GraphiQL does not open without a tab. */
function tabsFor(catalog: Catalog | null): readonly ExampleTab[] {
  const tabs = catalog ? exampleTabs(catalog) : [];
  return tabs.length > 0 ? tabs : [{ query: "{\n  __typename\n}\n" }];
}

function ours(...names: readonly string[]): Record<string, Asset> {
  return Object.fromEntries(names.map((name) => [name, { file: () => besideThis(name), type: "text/javascript" }]));
}

function besideThis(name: string): string {
  return join(import.meta.dirname, name);
}

/** A file of a package, though its exports do not name it. */
function inPackage(name: string, file: string): () => string {
  return () => join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
}
