// Starts GraphiQL from the files beside it. `tabs` comes from the page, so that no script stands in the page itself.
import { metricsBehind, pendingIdsOf, remarksOf, tablesOf } from "./answer.js";
import { curlCommand } from "./curl.js";
import { Pending } from "./pending.js";
import { Tables } from "./table.js";

const tabs = JSON.parse(document.getElementById("tabs").textContent);

// Other tools served from localhost keep their tabs under the same names.
const prefix = "assay:";
const storage = {
  getItem: (key) => localStorage.getItem(prefix + key),
  setItem: (key, value) => localStorage.setItem(prefix + key, withoutHeaders(key, value)),
  removeItem: (key) => localStorage.removeItem(prefix + key),
  clear() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  },
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).length;
  },
};

// Where GraphiQL remembers what was asked it notes headers too, whatever `shouldPersistHeaders` says.
function withoutHeaders(key, value) {
  if (!/:(queries|favorites|tabState)$/.test(key)) return value;
  return JSON.stringify(JSON.parse(value, (name, part) => (name === "headers" ? null : part)));
}

const h = React.createElement;

// A token is a secret: it is kept as long as this tab of the browser is open, and in no other.
const TOKEN = `${prefix}token`;

const explorer = GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false });

/** A line for a token above GraphiQL. Each token has a fetcher of its own, and a new fetcher asks for the schema anew. */
function Page() {
  const [token, setToken] = React.useState(() => sessionStorage.getItem(TOKEN) ?? "");
  const [isSecretCopied, setSecretCopied] = React.useState(false);
  const [said, setSaid] = React.useState(null);
  const [timing, setTiming] = React.useState(null);
  const keep = (text) => {
    const bare = text.trim().replace(/^bearer\s+/i, "");
    sessionStorage.setItem(TOKEN, bare);
    setToken(bare);
    setSecretCopied(false);
  };
  const { fetcher, plugins } = React.useMemo(
    () => ({ fetcher: fetcherWith(token, setTiming), plugins: [explorer] }),
    [token],
  );
  const Curl = React.useMemo(() => curlButton(token, isSecretCopied, setSaid), [token, isSecretCopied]);
  const field = h("input", {
    type: "password",
    value: token,
    placeholder: "paste a token to ask as its principal",
    autoComplete: "off",
    spellCheck: false,
    onChange: (event) => keep(event.target.value),
  });
  const secret = h("input", {
    type: "checkbox",
    checked: isSecretCopied,
    onChange: (event) => setSecretCopied(event.target.checked),
  });
  return h(
    React.Fragment,
    null,
    h(
      "form",
      { className: "bar", onSubmit: (event) => event.preventDefault() },
      h("label", { className: "token" }, "Token", field),
      token && h("label", null, secret, "copy it with curl"),
      h(WhoAsks, { key: token, token }),
      h("output", { className: "said" }, said?.text),
    ),
    said?.command && h(Command, { command: said.command, close: () => setSaid(null) }),
    h(
      "div",
      { className: "editor" },
      h(
        GraphiQL,
        {
          fetcher,
          plugins,
          defaultTabs: tabs,
          defaultEditorToolsVisibility: true,
          shouldPersistHeaders: false,
          storage,
          toolbar: { additionalComponent: Curl },
        },
        h(GraphiQL.Footer, null, h(AnswerBar, { token, timing, setTiming })),
      ),
    ),
  );
}

function headersWith(token, others) {
  const headers = new Headers({ "content-type": "application/json" });
  if (token) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(others ?? {})) headers.set(name, value);
  return headers;
}

/** @param onAnswer told the answer, how long the page waited for it in milliseconds, and how it was asked */
function fetcherWith(token, onAnswer) {
  return async (params, options) => {
    const began = performance.now();
    const headers = headersWith(token, options?.headers);
    const send = async (body, signal) => {
      const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body), signal });
      return response.json();
    };
    const body = { ...params, operationName: operationIn(params.query, params.operationName) };
    const answer = await send(body, null);
    const isQuestion = params.operationName !== "IntrospectionQuery";
    if (isQuestion) onAnswer({ answer, ms: performance.now() - began, began, asked: { body, send } });
    return answer;
  };
}

/** The name, if the text has an operation of that name: GraphiQL notices a moment late that it was changed. */
function operationIn(query, name) {
  return name && new RegExp(String.raw`\b(query|subscription|mutation)\s+${name}\b`).test(query) ? name : undefined;
}

/** Which catalog answers, and whom it takes this page for. */
function WhoAsks({ token }) {
  const [who, setWho] = React.useState(null);
  React.useEffect(() => {
    const gone = new AbortController();
    // Not at every letter of a token that is typed: each that is refused counts.
    const later = setTimeout(async () => {
      try {
        const response = await fetch("/graphql/whoami", { headers: headersWith(token), signal: gone.signal });
        setWho(await response.json());
      } catch {
        if (!gone.signal.aborted) setWho({ errors: [{ message: "The server does not answer." }] });
      }
    }, 250);
    return () => {
      clearTimeout(later);
      gone.abort();
    };
  }, [token]);
  if (who?.errors) return h("span", { className: "who", role: "alert" }, who.errors[0]?.message);
  if (!who) return h("span", { className: "who" });
  const roles = who.roles.length > 0 ? ` (${who.roles.join(", ")})` : "";
  return h(
    "span",
    { className: "who", role: "status" },
    `Asking as ${who.name}${roles}`,
    h("span", { title: who.catalogVersion }, `Catalog ${who.catalogVersion.replace(/^sha256:/, "").slice(0, 12)}`),
    who.definitionsProblem &&
      h("span", { className: "problem", role: "alert" }, `Old definitions are served: ${who.definitionsProblem}`),
  );
}

/** A component, as GraphiQL wants one for its toolbar. */
function curlButton(token, withSecret, say) {
  return function Curl() {
    const { queryEditor, variableEditor } = GraphiQL.React.useEditorContext({ nonNull: true });
    const copy = async () => {
      const variables = objectIn(variableEditor?.getValue());
      if (variables === null) return say({ text: "The variables are not a JSON object." });
      const query = queryEditor?.getValue() ?? "";
      const operationName = operationIn(query, queryEditor?.operationName);
      const url = new URL("/graphql", location.href).href;
      const command = curlCommand({ url, query, variables, operationName, token, withSecret });
      const hint = token && !withSecret ? ": set ASSAY_TOKEN to your token first." : ".";
      try {
        await navigator.clipboard.writeText(command);
        say({ text: `Copied as curl${hint}` });
      } catch {
        // No clipboard for pages that come without TLS from another machine.
        say({ text: `The browser does not let this page copy. Here is the command${hint}`, command });
      }
    };
    return h(GraphiQL.React.ToolbarButton, { onClick: copy, label: "Copy as curl" }, h("b", null, "curl"));
  };
}

/** @returns undefined for none, null for what is no object */
function objectIn(text) {
  if (!text?.trim()) return undefined;
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function Command({ command, close }) {
  const rows = command.split("\n").length;
  return h(
    "div",
    { className: "command" },
    h("textarea", { readOnly: true, value: command, rows, "aria-label": "The command", autoFocus: true }),
    h("button", { type: "button", onClick: close }, "Close"),
  );
}

/** Below an answer: how many rows, how long it took, what to mind, and the rows as a table. */
function AnswerBar({ token, timing, setTiming }) {
  const editors = GraphiQL.React.useEditorContext({ nonNull: true });
  const { tabs: open, activeTabIndex } = editors;
  const { response, query } = open[activeTabIndex] ?? {};
  const [isTable, setTable] = React.useState(false);
  const units = useUnits(token, isTable);
  const answer = React.useMemo(() => objectIn(response) ?? null, [response]);
  const tables = React.useMemo(() => tablesOf(answer?.data, query ?? "", units), [answer, query, units]);
  if (!answer) return null;
  const count = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const isLast = timing && JSON.stringify(timing.answer, null, 2) === response;
  const pending = pendingIdsOf(answer);
  const show = (later) => {
    const text = JSON.stringify(later, null, 2);
    setTiming({ ...timing, answer: later, ms: performance.now() - timing.began });
    editors.responseEditor?.setValue(text);
    editors.updateActiveTabValues({ response: text });
  };
  const facts = [`${count} ${count === 1 ? "row" : "rows"}`, ...(isLast ? [`${Math.round(timing.ms)} ms`] : [])];
  return h(
    "section",
    { className: isTable ? "answer open" : "answer", "aria-label": "Answer" },
    h(
      "div",
      { className: "facts" },
      h("button", { type: "button", "aria-pressed": isTable, onClick: () => setTable(!isTable) }, "Table"),
      h("span", { role: "status" }, facts.join(" · ")),
      h("span", { className: "behind" }, metricsBehind(answer).join("; ")),
    ),
    ...remarksOf(answer).map(({ text, isWrong }, index) =>
      h("p", { key: index, className: isWrong ? "remark wrong" : "remark" }, text),
    ),
    isLast && pending.length > 0 && h(Pending, { key: pending.join(" "), ids: pending, ...timing.asked, show }),
    isTable &&
      h("div", { className: "tables", tabIndex: 0, role: "region", "aria-label": "Rows" }, h(Tables, { tables })),
  );
}

const UNITS =
  "query Units($after: String) { metrics(first: 200, after: $after) { nodes { name unit format } pageInfo { hasNextPage endCursor } } }";

/** Units of the metrics that the token sees, asked for when they are first needed. */
function useUnits(token, isNeeded) {
  const [known, setKnown] = React.useState({ token: null, units: new Map() });
  const isMissing = isNeeded && known.token !== token;
  React.useEffect(() => {
    if (!isMissing) return;
    const gone = new AbortController();
    unitsFor(token, gone.signal).then(
      (units) => setKnown({ token, units }),
      () => {}, // the table stands without units
    );
    return () => gone.abort();
  }, [token, isMissing]);
  return known.units;
}

async function unitsFor(token, signal) {
  const units = new Map();
  for (let after = null, more = true; more; ) {
    const body = JSON.stringify({ query: UNITS, variables: { after } });
    const response = await fetch("/graphql", { method: "POST", headers: headersWith(token), body, signal });
    const { nodes, pageInfo } = (await response.json()).data.metrics;
    for (const { name, unit, format } of nodes) {
      const shown = { unit, isPercent: format === "PERCENT" };
      units.set(name, shown);
      // As the schema names the field of a metric.
      units.set(
        name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
        shown,
      );
    }
    more = pageInfo.hasNextPage;
    after = pageInfo.endCursor;
  }
  return units;
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(h(Page));
