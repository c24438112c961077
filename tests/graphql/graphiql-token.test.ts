import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import { beforeEach, expect, test } from "vitest";

const require = createRequire(import.meta.url);
// What it imports draws answers; there are none here.
const BOOT = readFileSync("src/graphql/graphiql/boot.js", "utf8").replaceAll(/^import .*$/gm, "");

interface Field {
  readonly type: string;
  readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
}

/** What a browser keeps: for the tab, and for good. */
let session: Map<string, string>;
let local: Map<string, string>;
beforeEach(() => {
  session = new Map();
  local = new Map();
});

/** Opens the page with React, but with stand-ins for the browser and for GraphiQL, which only note what they are given. */
function open() {
  const React = require("react");
  const { renderToStaticMarkup } = require("react-dom/server");
  const seen: { headers?: unknown; field?: Field; keepsHeaders?: unknown } = {};
  const GraphiQL = Object.assign(
    (props: { readonly shouldPersistHeaders: boolean; readonly fetcher: (params: object) => unknown }) => {
      seen.keepsHeaders = props.shouldPersistHeaders;
      props.fetcher({ query: "{ __typename }" });
      return null;
    },
    { Footer: () => null },
  );
  const createElement = (type: unknown, props: unknown, ...children: readonly unknown[]) => {
    if (type === "input" && isField(props) && props.type === "password") seen.field = props;
    return React.createElement(type, props, ...children);
  };
  runInNewContext(BOOT, {
    document: { getElementById: () => ({ textContent: "[]" }) },
    sessionStorage: storageOver(session),
    localStorage: storageOver(local),
    GraphiQL,
    GraphiQLPluginExplorer: { explorerPlugin: () => ({}) },
    Headers,
    performance,
    fetch: async (_: string, { headers }: { readonly headers: Headers }) => {
      seen.headers = headers.get("authorization");
      return Response.json({});
    },
    React: { ...React, createElement },
    ReactDOM: { createRoot: () => ({ render: renderToStaticMarkup }) },
  });
  return seen;
}

function isField(props: unknown): props is Field {
  return typeof props === "object" && props !== null && "onChange" in props;
}

function storageOver(map: Map<string, string>) {
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

test("without a token nothing is sent, so that the operator asks", () => {
  expect(open().headers).toBeNull();
});

test("a token that is pasted goes with every question, the one for the schema included", () => {
  open().field?.onChange({ target: { value: "  abc.def.ghi\n" } });
  expect(open().headers).toBe("Bearer abc.def.ghi");
});

test("a token may be pasted as a header has it", () => {
  open().field?.onChange({ target: { value: "Bearer abc.def.ghi" } });
  expect(open().headers).toBe("Bearer abc.def.ghi");
});

test("a token is kept as long as the tab is open, and nobody reads it over a shoulder", () => {
  const page = open();
  page.field?.onChange({ target: { value: "abc.def.ghi" } });
  expect(page.field?.type).toBe("password");
  expect([...session.values()]).toEqual(["abc.def.ghi"]);
  expect([...local]).toEqual([]);
  expect(page.keepsHeaders).toBe(false);
});

test("taken away, it is sent no more", () => {
  open().field?.onChange({ target: { value: "abc.def.ghi" } });
  open().field?.onChange({ target: { value: "" } });
  expect(open().headers).toBeNull();
});
