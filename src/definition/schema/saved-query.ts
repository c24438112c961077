import { z } from "zod";
import { DATE_PARTS } from "../../expression/index.ts";
import { DESCRIPTION, FILTERS, LABEL, listOf, mapping, name, TAGS, text, wholeNumber, word } from "./parts.ts";

const GROUP_BY = z
  .union(
    [
      text(),
      mapping("a mapping", {
        name: text("metric_time, an entity or a dimension"),
        grain: text("a grain, such as month").optional(),
        date_part: word(DATE_PARTS).optional(),
        as: text("a name").optional().meta({ description: "Name of the output column." }),
      }),
    ],
    { error: "a name such as metric_time__month, or a mapping with name, grain and as" },
  )
  .meta({ examples: ["metric_time__month", "customer__segment", { name: "metric_time", grain: "quarter", as: "q" }] });

const ORDER_BY = z
  .union(
    [text(), mapping("a mapping", { name: text("an output column"), direction: word(["asc", "desc"]).optional() })],
    {
      error: "an output column, or a mapping with name and direction",
    },
  )
  .meta({ examples: ["metric_time__month", { name: "nrr", direction: "desc" }] });

export const SAVED_QUERY = mapping("a mapping", {
  saved_query: name().meta({ description: "Name of the saved query.", examples: ["nrr_by_month"] }),
  label: LABEL.optional(),
  description: DESCRIPTION.optional(),
  metrics: listOf("a list of metrics", text("a metric"))
    .optional()
    .meta({ examples: [["nrr"]] }),
  group_by: listOf("a list of names", GROUP_BY).optional(),
  filter: FILTERS.optional(),
  order_by: listOf("a list of output columns", ORDER_BY).optional(),
  limit: wholeNumber("a whole number from 0", 0).optional().meta({ description: "At most so many rows." }),
  tags: TAGS.optional(),
}).meta({ id: "saved_query", description: "A question with a name, to be asked again." });

export type SavedQueryShape = z.infer<typeof SAVED_QUERY>;
