/** The rules of the API, and the tests that fail when one is broken. */
export interface Rule {
  readonly rule: string;
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const HERE = "tests/graphql/rules.test.ts";
const TYPED = "tests/graphql/typed.test.ts";
const QUERY = "tests/graphql/query.test.ts";
const SCHEMA = "tests/graphql/schema.test.ts";
const PEERS = "tests/graphql/peers.test.ts";
const APOLLO = "tests/graphql/purity-apollo.test.ts";
const URQL = "tests/graphql/purity-urql.test.ts";

export const RULES: readonly Rule[] = [
  {
    rule: "1. Values and row sets are functions of arguments, never of sibling selections.",
    tests: [
      [TYPED, "selecting a metric neither adds nor drops a row, and changes no other value"],
      [TYPED, "without groups there is one row, whatever is selected"],
      [APOLLO, "views mounted %s show what SQL by hand says, before and after each other"],
      [URQL, "views mounted %s show what SQL by hand says, before and after each other"],
      [HERE, "comparisons, totals and breakdowns beside a metric change neither its values nor the rows"],
    ],
  },
  {
    rule: "2. The id of a row stands for what decides its values; rows are no Node, catalogue objects are.",
    tests: [
      [TYPED, "ids stand for a row's values: the order and the page do not change them, a filter does"],
      [HERE, "the id of a row changes with each thing that decides its values, and with nothing else"],
      [HERE, "two viewers whom policies show different rows never share an id, nor two versions of the catalog"],
      [HERE, "catalogue objects can be fetched by their id, rows cannot"],
    ],
  },
  {
    rule: "3. Typed rows are capped; bulk rows are one opaque scalar.",
    tests: [
      [TYPED, "first: 0 gives no row, and too many rows are refused"],
      ["tests/graphql/hardening.test.ts", "more cells than a request may have are refused before anything runs"],
      [PEERS, "more rows than the cap: the next page is told of and a warning says that rows are missing"],
    ],
  },
  {
    rule: "4. Synchronous first; pending only past waitMs; asking again joins the running job.",
    tests: [[PEERS, "a query over the wait is pending with an id, and asking again joins it"]],
  },
  {
    rule: "5. Refusals are typed results, never a silent null, empty list or wrong number.",
    tests: [
      [TYPED, "a frame without an answer is QueryRefused, with the place in the arguments"],
      [QUERY, "a question without an answer is a typed refusal, and nothing runs"],
      [TYPED, "a metric that cannot be answered is refused alone; the others keep their values"],
    ],
  },
  {
    rule: "6. Totals are evaluated in the warehouse at their grain, under the viewer's row policy.",
    tests: [
      [HERE, "totals are evaluated, not summed: of a ratio, and of what counts once"],
      [HERE, "having, a top and paging choose among rows, never among totals"],
      [HERE, "the total and the NULL group are told apart"],
      [HERE, "totals are over the rows that the viewer may see"],
    ],
  },
  {
    rule: "7. Comparisons are arguments of fields: aliases give any number of them at once.",
    tests: [[HERE, "aliases give any number of comparisons at once, in one statement"]],
  },
  {
    rule: "8. Trust is in descriptions: owner, status, version; the sunset is in @deprecated.",
    tests: [
      [SCHEMA, "descriptions carry trust: owner, unit, version, tier, certification and claim"],
      [SCHEMA, "deprecated metrics say what to use and until when"],
    ],
  },
  {
    rule: "9. requireCertified answers METRIC_NOT_CERTIFIED for anything less, inputs included.",
    tests: [[HERE, "requireCertified refuses what is not certified, on every surface"]],
  },
  {
    rule: "10. A key that is not grouped by is an error at its path; Decimal and BigInt are text.",
    tests: [
      [TYPED, "a key that is not grouped by is an error at its place, and null"],
      [TYPED, "rows are typed: exact digits as text, floats as numbers, enums, NULL groups kept"],
    ],
  },
];
