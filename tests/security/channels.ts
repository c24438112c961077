/** A way by which something could leak: the test that tries it, or the part whose coming brings it. */
export type Channel =
  | { readonly name: string; readonly tests: readonly (readonly [file: string, title: string])[] }
  | { readonly name: string; readonly comesWith: string };

const ORACLES = "tests/security/oracles.test.ts";
const ERRORS = "tests/security/errors.test.ts";
const BETWEEN = "tests/security/between-people.test.ts";
const INJECTION = "tests/security/injection.test.ts";
const ALGEBRA = "tests/policy/algebra.test.ts";
const MASKS = "tests/policy/masks.test.ts";
const GROUPS = "tests/policy/small-groups.test.ts";
const VISIBLE = "tests/policy/visible.test.ts";
const HTTP = "tests/server/handler.test.ts";
const HTTP_IDENTITY = "tests/graphql/identity.test.ts";
const ANSWERS = "tests/graphql/answer-cache.test.ts";
const PERSISTED = "tests/graphql/persisted.test.ts";
const EXPORT = "tests/export/security.test.ts";
const STUDIO = "tests/data-studio/door.test.ts";
const TOKEN = "tests/identity/token.test.ts";
const HOSTILE = "tests/identity/hostile.test.ts";

const CHANGED = [ORACLES, "what %s may not see is in no answer, and changing it changes none"] as const;
const PART = [ORACLES, "is answered as the operator of a database that holds only what they may see"] as const;

const channel = (name: string, ...tests: readonly (readonly [string, string])[]): Channel => ({ name, tests });
const later = (name: string, comesWith: string): Channel => ({ name, comesWith });

/** The channels that security has to close, by what they go through. */
export const CHANNELS: Readonly<Record<string, readonly Channel[]>> = {
  Caching: [
    channel("tenant missing from a key; ambiguous concatenation", [
      BETWEEN,
      "differs wherever one claim, its list, its type or its place differs",
    ]),
    channel(
      "claim order; equal policies not sharing",
      [BETWEEN, "is the same for equal policies"],
      [ALGEBRA, "equal sets of claims are decided alike, others are not"],
    ),
    channel(
      "policy, definition or roles changed",
      [BETWEEN, "is another when the definitions of rows, fields, masks, groups or explaining change"],
      [ANSWERS, "when other definitions are served, and those that come back begin anew"],
    ),
    channel(
      "missing claim; absent digest",
      [BETWEEN, "there is none without a decision"],
      [ALGEBRA, "that are %s grant nothing"],
    ),
    channel(
      "another caller's ETag; shared proxies",
      [
        PERSISTED,
        "somebody else's ETag tells nothing: who asks is known first, and only their own answer can be the same",
      ],
      ["tests/engine/cache.test.ts", "is given again until its time is over, to whoever has equal rights"],
      [ANSWERS, "nobody gets another's, with other rights or with the same"],
      [ANSWERS, "a token that is revoked, and one without rights, get none"],
      [ANSWERS, "another role and another claim are another person; the order of roles is not"],
      ["tests/engine/share.test.ts", "where they differ by %s"],
    ),
    channel('"unknown" remembered for someone who may see', [
      BETWEEN,
      "that one may not see a name is not remembered for those who may",
    ]),
    channel("coalescing across callers", [
      BETWEEN,
      "one engine asked by everybody at once answers each as if they were alone",
    ]),
    channel("leader aborts or times out", [BETWEEN, "a question that one caller gives up is answered to another"]),
    channel("loaders shared between requests", [
      HTTP_IDENTITY,
      "what one principal sees is told to no other, whoever asks first",
    ]),
  ],
  Errors: [
    channel(
      "database text; development mode",
      [ERRORS, "an error that the operator gets holds no value: %s"],
      ["tests/graphql/query.test.ts", "what the warehouse says never reaches the caller; its id does"],
    ),
    channel(
      "failure on an invisible row",
      [ERRORS, "nothing raises an error: %s"],
      [ERRORS, "the fence is what holds"],
    ),
    channel("unknown against forbidden, in text and time", [
      VISIBLE,
      "what is hidden is answered as what does not exist",
    ]),
    channel(
      "suggestions; echoed variables",
      [VISIBLE, "nothing hidden is suggested"],
      [HTTP, "what is wrong with a variable is told without repeating it"],
    ),
  ],
  "Fields and joins": [
    channel(
      "filter, order, group or having by hidden or masked",
      [ALGEBRA, "a hidden dimension cannot be %s"],
      [MASKS, "a masked dimension is not computed with"],
      [GROUPS, "a condition on a suppressed value tells nothing"],
    ),
    channel(
      "distinct count, extremes, derived metric over them",
      [ALGEBRA, "a metric that rests on a hidden column does not exist: %s"],
      [MASKS, "a metric that counts it does not exist"],
      [ALGEBRA, "smallest and greatest values are those of visible rows"],
    ),
    channel("table reached only by a filter", PART, [ERRORS, "a condition on a joined table"]),
    channel(
      "optional side; two roles; fan-out",
      [ALGEBRA, "policies of the optional side leave the totals of facts as they are"],
      [ALGEBRA, "serve a metric only with all that it uses"],
      [GROUPS, "its own rows are counted, not those that meet them"],
    ),
  ],
  "Values and inference": [
    channel("value lists, prefixes, wildcards", CHANGED, [MASKS, "filtered by in a list"]),
    channel(
      "totals, shares, counts, cursors",
      [ORACLES, "what people of disjoint regions see adds up to what their tenant has"],
      [ORACLES, "a policy on rows is the operator's question under that condition"],
      ["tests/graphql/typed.test.ts", "pages follow each other by cursor, which fits no other question"],
    ),
    channel("empty against forbidden", [
      BETWEEN,
      "what is forbidden is refused, whatever the data; what is allowed and empty has no rows",
    ]),
    channel(
      "small groups, differencing, timing",
      [GROUPS, "smaller groups are left out"],
      [GROUPS, "a caller's condition on a metric of each entity is refused"],
    ),
  ],
  "Schema and documents": [
    channel(
      "introspection, `__type`, enum members",
      [BETWEEN, "a printed schema holds no name that its reader does not see"],
      [HTTP_IDENTITY, "what one principal sees is told to no other, whoever asks first"],
    ),
    channel(
      "schema, validation and plan caches",
      [VISIBLE, "is one object for equal sets of names, whatever the claims"],
      [HTTP_IDENTITY, "what one principal sees is told to no other, whoever asks first"],
    ),
    channel(
      "role order, union of roles",
      [BETWEEN, "roles held twice, in another order or beside unknown ones change nothing"],
      [ALGEBRA, "one more never takes rows or fields away"],
    ),
    channel(
      "persisted: prototype keys, bypass, poisoning, another's operation",
      [PERSISTED, "an id is 64 hexadecimal digits of a document, and no key of ours"],
      [PERSISTED, "a client cannot register a document"],
      [PERSISTED, "nothing beside the id changes which document or operation runs"],
    ),
  ],
  Doors: [
    channel(
      "exports: rows, masks, formulas, expiry mid-stream",
      [EXPORT, "holds the rows and masks of whoever asks: %s, %s"],
      [EXPORT, "what is hidden is refused as what does not exist"],
      [EXPORT, "what people wrote is no formula in a spreadsheet"],
      [EXPORT, "a token is checked when the question begins"],
      ["tests/export/streaming.test.ts", "lasts no longer than a question may take"],
    ),
    channel("explain; subscriptions after revocation; socket auth", [
      BETWEEN,
      "the SQL of a question may be seen by those whose every role on it says so",
    ]),
    channel(
      "Data Studio: settings as identity, hidden fields, values of filters, viewers of one report",
      [STUDIO, "is told by the token alone: nothing in a body, an address or a header makes them another"],
      [STUDIO, "is refused a hidden field, model and saved query in the words for unknown ones"],
      [
        "tests/data-studio/schema-viewers.test.ts",
        "in which what they may not see is not, metrics and dimensions alike",
      ],
      [
        "tests/data-studio/schema-viewers.test.ts",
        "and a version of it, another for other definitions, other rights, and other rows",
      ],
      ["tests/data-studio/filters.test.ts", "every channel there is can be filtered by, and finds its own rows"],
      [
        "tests/data-studio/pages.test.ts",
        "is nobody else's, of no other definitions, and gone after five minutes; all look the same",
      ],
      [
        "tests/data-studio/security.test.ts",
        "ask at the same moment through one answerer, and get none of the other's",
      ],
      [
        "tests/data-studio/connector.test.ts",
        "everybody sees their own rows of one report, in whatever order they look",
      ],
    ),
    later("rollups: no policy column, built for a user, stale", "src/rollups"),
  ],
  Input: [
    channel(
      "tokens (5), YAML (7), SQL (8)",
      [TOKEN, "a good token becomes its principal"],
      [HOSTILE, "no token that was changed verifies"],
      ["tests/definition/yaml.test.ts", "a billion laughs end at the first alias"],
      [INJECTION, "a value in a condition is that text and no other"],
      ["tests/sql/hostile.test.ts", "may not be cut or changed into one another"],
    ),
    channel(
      "claims: type, prototype, duplicates, Unicode, big numbers",
      [HOSTILE, "whatever JSON stands in a claim, it arrives as declared or not at all"],
      [TOKEN, "neither a role nor a claim comes out of __proto__, constructor or a nested object"],
      [INJECTION, "a claim is that text and no other"],
      [ALGEBRA, "are neither trimmed nor folded: %j is not T1"],
    ),
    channel(
      "aliases, batches, depth, fragments, repeated fields",
      [HTTP, "documents beyond the limits are refused before they are validated"],
      [HTTP, "a request may cause so many statements and no more"],
    ),
    channel(
      "body size, slow sockets, spoofed rate keys, huge results",
      [HTTP, "a body beyond 256 KB is cut off, whether its length is told or not"],
      [HTTP_IDENTITY, "beyond so many bad tokens from one address the answer is 429"],
      ["tests/graphql/typed.test.ts", "first: 0 gives no row, and too many rows are refused"],
    ),
  ],
  Operations: [
    channel(
      "log injection and content; label cardinality",
      [HTTP_IDENTITY, "no token, part of one or claim of one is ever logged"],
      [TOKEN, "what the log is told holds nothing of the token"],
    ),
    channel(
      "CORS, CSRF, health text, smuggling",
      [HTTP, "what a form or a script of another site can send without asking is refused"],
      [HTTP, "no other site is allowed to read"],
      [HTTP_IDENTITY, "health is for everybody and tells nothing"],
    ),
    channel(
      "an audit record for every decision",
      [BETWEEN, "every decision is in the audit log: who, what, by which roles, and no value of a row"],
      [ANSWERS, "it is withheld where it cannot be recorded and must be"],
    ),
  ],
};
