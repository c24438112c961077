import {
  find,
  jsonSchemaOf,
  listOf,
  type MapTree,
  mapping,
  mappingTo,
  type Path,
  readDocument,
  type ShapeOf,
  spanOf,
  text,
  validateDocument,
  wholeNumber,
  word,
} from "../definition/index.ts";
import { type Diagnostic, report, type SourceFile } from "../diagnostics/index.ts";
import { canonicalJson, sha256 } from "../std/index.ts";
import { isDay } from "./ledger/day.ts";
import { A_SIGNER_NAME, SIGNER_NAME } from "./ledger/schema.ts";
import { EVIDENCE_DEMANDS, type Rules } from "./rules.ts";

/**
 * `governance/policy.yaml`, or a former one below `governance/policies/`.
 *
 * @returns null where there are problems, which are added
 */
export function readRules(file: SourceFile, diagnostics: Diagnostic[]): Rules | null {
  const before = diagnostics.length;
  const tree = readDocument(file, OWNER, diagnostics);
  if (!tree) {
    // A policy without a word in it would be the default one, which nobody wrote.
    if (diagnostics.length === before) diagnostics.push(report("document/not-a-mapping", EMPTY, null));
    return null;
  }
  const shape = validateDocument(RULES, tree, OWNER, diagnostics);
  if (!shape) return null;
  diagnostics.push(...problemsOf(shape, tree));
  return diagnostics.length === before ? rulesFrom(shape, `sha256:${sha256(canonicalJson(tree.data))}`) : null;
}

/** JSON Schema (draft 2020-12) of the file, for completion and checks in editors. */
export function rulesJsonSchema(): object {
  return jsonSchemaOf(RULES);
}

const OWNER = "The policy of governance";
const EMPTY = { owner: OWNER, found: "nothing" };

const MEMBERS = listOf("a list of names", text(A_SIGNER_NAME).regex(SIGNER_NAME, { error: A_SIGNER_NAME }));
const A_DAY = "a day, such as 2026-09-30";
const DAY = text(A_DAY).refine(isDay, { error: A_DAY });
const DAYS = "a whole number of days, from 1 to 3660";
const days = () => wholeNumber(DAYS, 1).max(3660, { error: DAYS });
const HOURS = "a whole number of hours, from 24 to 72";
const QUORUM = "a whole number from 1";
const TIMES = "a whole number from 0";

const RULES = mapping("a mapping", {
  enforcement: word(["strict", "demo"])
    .optional()
    .meta({ description: "demo: bare names may certify where approval is unsigned. Default strict." }),
  approval: word(["sshsig", "unsigned"])
    .optional()
    .meta({ description: "What an approval is: a signature (sshsig, the default), or a bare name (unsigned)." }),
  teams: mappingTo("a mapping from team to members", MEMBERS)
    .optional()
    .meta({ description: "Who may sign for each owner.", examples: [{ "finance-data": ["alice"] }] }),
  council: mapping("a mapping with members and quorum", {
    members: MEMBERS.meta({ description: "Who may sign for the council." }),
    quorum: wholeNumber(QUORUM, 1).meta({ description: "How many of them have to.", examples: [2] }),
  })
    .optional()
    .meta({ description: "Without one nothing is certified." }),
  security: mapping("a mapping with members and quorum", {
    members: MEMBERS.meta({ description: "Who may sign for security." }),
    quorum: wholeNumber(QUORUM, 1).optional().meta({ description: "How many of them have to. Default 1." }),
  })
    .optional()
    .meta({
      description:
        "Who signs besides owners and council where it changes who sees what. Without one the council stands in.",
    }),
  cascade: word(["council", "owners"]).optional().meta({
    description:
      "Who signs again for metrics that changed only by an input: the council (default), or their owners too.",
  }),
  max_validity_days: days().optional().meta({ description: "How long a certification may hold. Default 180." }),
  min_deprecation_days: days()
    .optional()
    .meta({ description: "How long before its sunset a metric is deprecated at least. Default 90." }),
  usage: mapping("a mapping", {
    lookback_days: days().optional().meta({ description: "A metric called within them is in use. Default 35." }),
    excluded: listOf(
      "a list of clients, each with expires",
      mapping("a mapping with client and expires", {
        client: text("the name of a client").meta({ description: "Whose calls do not count." }),
        expires: DAY.meta({ description: "From this day on they count again.", examples: ["2027-01-31"] }),
      }),
    )
      .optional()
      .meta({ description: "Clients whose calls do not count, for a time." }),
  })
    .optional()
    .meta({ description: "What counts as use." }),
  clients: mappingTo(
    "a mapping from client to its owner",
    mapping("a mapping with owner", {
      owner: text("a team or a person").meta({ description: "Who is told when what it asks for changes." }),
    }),
  )
    .optional()
    .meta({
      description: "Who answers for the applications that ask for metrics.",
      examples: [{ "finance-portal": { owner: "finance-data" } }],
    }),
  books_closed_through: DAY.optional().meta({
    description: "Numbers up to this day are reported and must not change unnoticed.",
    examples: ["2026-09-30"],
  }),
  emergency: mapping("a mapping", {
    max_hours: wholeNumber(HOURS, 24)
      .max(72, { error: HOURS })
      .optional()
      .meta({ description: "How long a provisional certification may hold; whole days are used. Default 72." }),
    per_metric_per_quarter: wholeNumber(TIMES, 0)
      .optional()
      .meta({ description: "How many a metric may have in a quarter. Default 2." }),
  })
    .optional()
    .meta({ description: "Certification by one owner and one of the council." }),
  evidence: mapping("a mapping from kind of evidence to required, gold or optional", {
    definition: word(EVIDENCE_DEMANDS).optional().meta({
      description: "A description, a unit, a time of a known type, dimensions. Default required.",
    }),
    tests: word(EVIDENCE_DEMANDS).optional().meta({
      description: "Tests that pass and show each case that its numbers can go wrong in. Default required.",
    }),
    mutants: word(EVIDENCE_DEMANDS).optional().meta({
      description: "Tests that notice every wrong definition, as assay test --mutate tries. Default required.",
    }),
    contract: word(EVIDENCE_DEMANDS).optional().meta({
      description: "A contract with each source, which promises its columns and its freshness. Default gold.",
    }),
    impact: word(EVIDENCE_DEMANDS).optional().meta({
      description: "A report of how numbers change, where a certified metric comes to mean another. Default required.",
    }),
  })
    .optional()
    .meta({ description: "What a certification needs: required of all metrics, of gold ones, or optional." }),
  rules: mappingTo("a mapping from rule to severity", word(["error", "warning", "off"]))
    .optional()
    .meta({ description: "Severities that differ from a rule's own.", examples: [{ DUPLICATE_SEMANTICS: "warning" }] }),
}).meta({ title: "Assay governance policy", description: "The file governance/policy.yaml." });

/** What no shape can say. */
function problemsOf(shape: ShapeOf<typeof RULES>, tree: MapTree): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const wrong = (path: Path, expected: string, found: string): void => {
    const node = find(tree, ...path) ?? tree;
    const owner = `"${path.join(".")}"`;
    problems.push(report("definition/wrong-type", { owner, expected, found, help: null }, spanOf(node)));
  };
  const lists = Object.entries(shape.teams ?? {}).map(([team, members]) => ({ path: ["teams", team], members }));
  if (shape.council) lists.push({ path: ["council", "members"], members: shape.council.members });
  if (shape.security) lists.push({ path: ["security", "members"], members: shape.security.members });
  for (const { path, members } of lists) {
    const twice = members.find((member, i) => members.indexOf(member) < i);
    if (twice !== undefined) wrong(path, "a list that names everybody once", `"${twice}" twice`);
  }
  for (const group of ["council", "security"] as const) {
    const { members = [], quorum = 1 } = shape[group] ?? {};
    if (shape[group] && quorum > new Set(members).size) {
      const path = shape[group].quorum === undefined ? [group, "members"] : [group, "quorum"];
      wrong(path, `at most the number of members, ${members.length}`, `the number ${quorum}`);
    }
  }
  return problems;
}

function rulesFrom(shape: ShapeOf<typeof RULES>, digest: string): Rules {
  return {
    digest,
    enforcement: shape.enforcement ?? "strict",
    approval: shape.approval ?? "sshsig",
    teams: new Map(Object.entries(shape.teams ?? {})),
    council: shape.council ?? NOBODY,
    security: shape.security ? { members: shape.security.members, quorum: shape.security.quorum ?? 1 } : null,
    cascade: shape.cascade ?? "council",
    maxValidityDays: shape.max_validity_days ?? 180,
    minDeprecationDays: shape.min_deprecation_days ?? 90,
    usage: { lookbackDays: shape.usage?.lookback_days ?? 35, excluded: shape.usage?.excluded ?? [] },
    clients: new Map(Object.entries(shape.clients ?? {})),
    booksClosedThrough: shape.books_closed_through ?? null,
    emergency: {
      maxHours: shape.emergency?.max_hours ?? 72,
      perMetricPerQuarter: shape.emergency?.per_metric_per_quarter ?? 2,
    },
    evidence: {
      definition: shape.evidence?.definition ?? "required",
      tests: shape.evidence?.tests ?? "required",
      mutants: shape.evidence?.mutants ?? "required",
      contract: shape.evidence?.contract ?? "gold",
      impact: shape.evidence?.impact ?? "required",
    },
    severities: new Map(Object.entries(shape.rules ?? {})),
  };
}

/** A quorum that is never met. */
const NOBODY = { members: [], quorum: 1 };
