// Starts GraphiQL from the files beside it. `tabs` comes from the page, so that no script stands in the page itself.
const tabs = JSON.parse(document.getElementById("tabs").textContent);

// Other tools served from localhost keep their tabs under the same names.
const prefix = "assay:";
const storage = {
  getItem: (key) => localStorage.getItem(prefix + key),
  setItem: (key, value) => localStorage.setItem(prefix + key, value),
  removeItem: (key) => localStorage.removeItem(prefix + key),
  clear() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  },
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).length;
  },
};

const h = React.createElement;

// A token is a secret: it is kept as long as this tab of the browser is open, and in no other.
const TOKEN = `${prefix}token`;

/** A line for a token above GraphiQL. Each token has a fetcher of its own, and a new fetcher asks for the schema anew. */
function Page() {
  const [token, setToken] = React.useState(() => sessionStorage.getItem(TOKEN) ?? "");
  const keep = (text) => {
    const bare = text.trim().replace(/^bearer\s+/i, "");
    sessionStorage.setItem(TOKEN, bare);
    setToken(bare);
  };
  const fetcher = React.useMemo(
    () => GraphiQL.createFetcher({ url: "/graphql", headers: token && { authorization: `Bearer ${token}` } }),
    [token],
  );
  const field = h("input", {
    type: "password",
    value: token,
    placeholder: "paste a token to ask as its principal",
    autoComplete: "off",
    spellCheck: false,
    onChange: (event) => keep(event.target.value),
  });
  return h(
    React.Fragment,
    null,
    h("form", { className: "token", onSubmit: (event) => event.preventDefault() }, h("label", null, "Token", field)),
    h(
      "div",
      { className: "editor" },
      h(GraphiQL, {
        fetcher,
        defaultTabs: tabs,
        defaultEditorToolsVisibility: true,
        shouldPersistHeaders: false,
        storage,
      }),
    ),
  );
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(h(Page));
