import { z } from "zod";
import { DATE_PARTS } from "../../expression/index.ts";
import { listOf, mapping, text, wholeNumber, word } from "./parts.ts";

const CELL = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: "a text, a number, true, false or nothing",
});

export const ROWS = listOf(
  "a list of rows",
  z.record(text("a column"), CELL, { error: "a row: a mapping from column to value" }),
);

const GROUP_BY = z.union(
  [
    text(),
    mapping("a mapping", {
      name: text("metric_time, an entity or a dimension"),
      grain: text("a grain, such as month").optional(),
      datePart: word(DATE_PARTS).optional(),
      as: text("a name").optional(),
    }),
  ],
  { error: "a name such as metric_time__month, or a mapping with name, grain and as" },
);

const ORDER_BY = z.union(
  [text(), mapping("a mapping", { name: text("an output column"), direction: word(["asc", "desc"]).optional() })],
  { error: "an output column, or a mapping with name and direction" },
);

const MOMENT = text("a date or a date-time");

export const GIVEN = z
  .record(text("a model or calendar"), ROWS, { error: "a mapping from model to rows" })
  .optional()
  .meta({ description: "Rows by model or calendar. Other models are empty; columns not named are NULL." });

/** The fields of a request as the contract writes them, less the metrics. */
export const QUESTION = {
  groupBy: listOf("a list of names", GROUP_BY).optional(),
  where: listOf("a list of conditions", text("a condition")).optional(),
  timeRange: mapping("a mapping with start and end", { start: MOMENT.optional(), end: MOMENT.optional() }).optional(),
  orderBy: listOf("a list of output columns", ORDER_BY).optional(),
  limit: wholeNumber("a whole number from 0", 0).optional(),
  offset: wholeNumber("a whole number from 0", 0).optional(),
  timeZone: text("a time zone, such as Europe/Berlin").optional(),
};

export const METRIC_TESTS = listOf(
  "a list of tests",
  mapping("a mapping with test, given, ask and expect", {
    test: text("a sentence").meta({ description: "What it shows, in a sentence." }),
    given: GIVEN,
    ask: mapping("a mapping with groupBy, where, timeRange …", QUESTION)
      .optional()
      .meta({ description: "The question, as a request writes it: groupBy, where, timeRange …" }),
    expect: ROWS.meta({ description: "The rows of the answer by output column; columns not named are NULL." }),
    covers: listOf("a list of cases: nulls, refund, boundary, empty", word(["nulls", "refund", "boundary", "empty"]))
      .optional()
      .meta({
        description:
          "The cases that it shows, which a metric must show to be certified. assay certify tries whether it does.",
        examples: [["nulls", "boundary"]],
      }),
  }),
).meta({
  id: "metric_tests",
  description: "What the metric must answer over rows given here. Run by assay test.",
  examples: [
    [
      {
        test: "unpaid orders are left out",
        given: {
          orders: [
            { amount: 10, status: "paid" },
            { amount: 5, status: "placed" },
          ],
        },
        expect: [{ revenue: 10 }],
      },
    ],
  ],
});

export type MetricTestsShape = z.infer<typeof METRIC_TESTS>;
