import { z } from "zod";
import { expression, flag, listOf, mapping, name, oneOrMore, text, wholeNumber, word } from "./parts.ts";
import { POLICY_TESTS } from "./policy-test.ts";

const PREDICATE = expression("a condition, such as region = claim('region')");

const NAMES = oneOrMore("a name, or a list of names", text("a column, dimension, entity, measure or metric"));

const FIELDS = z
  .union([z.literal("all"), listOf("a list of names", text("a name")), mapping("a mapping", { except: NAMES })], {
    error: "all, a list of names, or except: with a list of names",
  })
  .meta({
    description:
      "What the role may use: columns, dimensions, entities, measures and metrics of the model. A name left out of a list, or named under except, does not exist for the role, nor does anything that reads such a column.",
    examples: ["all", ["region", "revenue"], { except: ["unit_cost"] }],
  });

const MASK = z
  .union([z.null(), word(["hash", "last_four", "month"]), mapping("a mapping", { constant: text("a text") })], {
    error: "null, hash, last_four, month, or constant: with a text",
  })
  .meta({
    description:
      "What is shown instead: nothing, a digest, the last four letters, the first day of the month, or a constant.",
    examples: ["hash", { constant: "hidden" }],
  });

const ROLE = mapping("a mapping with rows and fields", {
  rows: z
    .union([z.literal("all"), PREDICATE], { error: "all, or a condition such as region in (claim('regions'))" })
    .meta({ description: "The rows that the role sees: all, or those that meet a condition." }),
  fields: FIELDS,
  masks: z
    .record(text("a dimension"), MASK, { error: "a mapping from dimension to mask" })
    .optional()
    .meta({ description: "Dimensions that are shown as something else, and cannot be filtered or ordered by." }),
  required_filters: NAMES.optional().meta({
    description: "Dimensions that every question must narrow.",
    examples: ["ordered_at"],
  }),
  explain: flag().optional().meta({ description: "Whether the role may see the SQL and its cost. Default false." }),
});

export const POLICY = mapping("a mapping", {
  policy: name().meta({ description: "Name of the model.", examples: ["orders"] }),
  public: flag().optional().meta({ description: "Everybody with an identity sees every row and field." }),
  mandatory: oneOrMore("a condition, or a list of conditions", PREDICATE)
    .optional()
    .meta({ description: "Conditions on rows that hold for every role.", examples: ["tenant = claim('tenant')"] }),
  minimum_group_size: wholeNumber("a whole number from 2", 2)
    .optional()
    .meta({ description: "Groups of fewer rows are left out of answers." }),
  roles: z
    .record(text("a role"), ROLE, { error: "a mapping from role to what it may see" })
    .optional()
    .meta({ description: "What each role may see. Who has several roles sees what any of them shows." }),
  tests: POLICY_TESTS.optional(),
}).meta({ id: "policy", description: "Who may see which rows and fields of a model." });

export type PolicyShape = z.infer<typeof POLICY>;

const A_CLAIM_TYPE = word(["string", "int", "number", "boolean"]);

/** Claims by name, as `project.yaml` declares them. */
export const CLAIMS = z
  .record(
    text("the name of a claim").regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/),
    z.union(
      [
        A_CLAIM_TYPE,
        mapping("a mapping", {
          type: A_CLAIM_TYPE.optional(),
          list: A_CLAIM_TYPE.optional(),
          max_length: wholeNumber("a whole number from 1", 1).optional(),
          max_items: wholeNumber("a whole number from 1", 1).optional(),
        }),
      ],
      { error: "string, int, number, boolean, or list: with one of them" },
    ),
    { error: "a mapping from claim to type" },
  )
  .meta({
    description: "What policies may read of a caller's token, and of which type it is.",
    examples: [{ tenant: "string", regions: { list: "string" } }],
  });
