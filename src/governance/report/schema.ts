import { CERTIFICATION_STATUSES } from "../../catalog/index.ts";
import { flag, jsonSchemaOf, listOf, mapping, mappingTo, text, wholeNumber, word } from "../../definition/index.ts";
import { CATEGORIES } from "../change/change.ts";
import { RULES } from "../check/rules.ts";
import { PARTS } from "../fingerprint/fingerprint.ts";

const LIST = "a list";
const MAPPING = "a mapping";
const line = () => wholeNumber("a whole number from 1", 1).nullable();
const metric = () => text("a metric with its version").meta({ examples: ["revenue@1"] });
const file = () => text("a path from the project").nullable();
/** As authors wrote it, which may be nothing. */
const written = () =>
  text()
    .or(word([""]))
    .nullable();
const hash = () => text("64 hexadecimal digits").nullable();

const FINDING = mapping(MAPPING, {
  rule: word(Object.keys(RULES)).meta({ description: "What is broken." }),
  severity: word(["error", "warning", "info"]),
  subject: text().meta({ description: "A metric with its version, or a file.", examples: ["revenue@1"] }),
  message: text().meta({ description: "One sentence or a few." }),
  file: file().meta({ description: "Where the cause stands: the changed line where there is one." }),
  line: line(),
  column: line(),
  cause: text().nullable().meta({ description: "The edit that brought it about." }),
  effects: listOf(LIST, text()).meta({ description: "What else is affected, sorted." }),
  fix: text().nullable().meta({ description: "A command or an edit." }),
});

const PAIR = listOf("a list of two hashes", hash()).min(2).max(2);

const CHANGE = mapping(MAPPING, {
  metric: metric(),
  categories: listOf(LIST, word(CATEGORIES)).meta({ description: "The worst first." }),
  parts: mapping(MAPPING, Object.fromEntries(PARTS.map((part) => [part, PAIR.optional()]))).meta({
    description: "Hashes before and after, of the parts that differ; null: it did not exist.",
  }),
  via: listOf(
    LIST,
    mapping(MAPPING, {
      subject: text().meta({ examples: ["model orders"] }),
      key: written(),
      category: word(CATEGORIES),
      before: written(),
      after: written(),
      file: file(),
      line: line(),
    }),
  ).meta({ description: "The edits that brought it about, the decisive one first." }),
});

const seat = () => text("who signed").nullable();
const count = () => wholeNumber("a whole number from 0", 0);

const NUMBERS = {
  before: text().nullable(),
  after: text().nullable(),
  change: text().nullable().meta({ description: "After by before less one." }),
  changed: flag(),
};

/** What `assay check --format json` prints. */
export const REPORT = mapping(MAPPING, {
  schema: word(["metrics-governance-report/1"]),
  status: word(["ok", "findings", "awaiting-approval", "unusable"]),
  exit: wholeNumber("0, 1 or 2", 0).max(2),
  base: text().nullable().meta({ description: "What it was compared with; null: with nothing." }),
  policy: mapping(MAPPING, { digest: text(), revision: text() })
    .nullable()
    .meta({ description: "Whose rules judged; null: there are none." }),
  now: text().meta({ description: "The instant it was judged at." }),
  findings: listOf(LIST, FINDING).meta({ description: "Errors first, then by place and rule." }),
  diff: listOf(LIST, CHANGE).meta({ description: "What became of each metric, by name." }),
  effective: mappingTo(MAPPING, word(CERTIFICATION_STATUSES)).meta({
    description: "What each metric is worth: the worst of itself and what it is made of.",
  }),
  consumers: listOf(
    LIST,
    mapping(MAPPING, {
      client: text(),
      owner: text().nullable().meta({ description: "Who answers for the client; null: the policy does not say." }),
      metric: metric(),
      coordinates: listOf(LIST, text()),
      operations: listOf(LIST, text()),
      calls: count(),
      last_seen: text(),
    }),
  )
    .nullable()
    .meta({ description: "Who asked for what changes in a way that they notice; null: no record of uses is here." }),
  approvals: mappingTo(
    MAPPING,
    mapping(MAPPING, {
      business: seat(),
      technical: seat(),
      council: listOf("how many have signed, and how many have to", count()).min(2).max(2),
      security: listOf("how many have signed, and how many have to", count()).min(2).max(2).optional().meta({
        description: "Where access changes and the policy names who looks after that.",
      }),
    }),
  ).meta({ description: "Of metrics that somebody has to sign for." }),
  impact: listOf(
    LIST,
    mapping(MAPPING, {
      metric: metric(),
      unit: text().nullable(),
      grain: text(),
      rows: listOf(LIST, mapping(MAPPING, { ...NUMBERS, period: text(), closed: flag() })),
      movers: mapping(MAPPING, {
        dimension: text(),
        rows: listOf(LIST, mapping(MAPPING, { ...NUMBERS, value: written() })),
      }).nullable(),
      personas: listOf(
        LIST,
        mapping(MAPPING, {
          ...NUMBERS,
          persona: text(),
          periods: listOf(LIST, mapping(MAPPING, { ...NUMBERS, period: text() })),
        }),
      ),
    }),
  ).meta({ description: "How numbers change, where that was asked." }),
  unmeasured: listOf(LIST, mapping(MAPPING, { metric: text(), reason: text() })).meta({
    description: "Metrics whose numbers could not be asked for, and why.",
  }),
}).meta({ title: "Assay governance report", description: "What assay check --format json prints about a change." });

/** JSON Schema (draft 2020-12) of the report. */
export function reportJsonSchema(): object {
  return jsonSchemaOf(REPORT);
}
