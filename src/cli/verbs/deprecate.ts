import { dayFlag, withdrawing } from "../acts.ts";
import { one } from "../arguments.ts";
import { unusable } from "../failure.ts";

export const deprecate = withdrawing(
  {
    name: "deprecate",
    summary: "Promises until when a metric stays, and what to ask for instead. Both owners sign.",
    flags: {
      sunset: { value: "DAY", about: "the day on which it ends, such as 2027-03-31" },
      "replaced-by": { value: "METRIC", about: "the metric to ask for instead" },
    },
    examples: ['assay deprecate gross_sales --sunset 2027-03-31 --replaced-by revenue --reason "counts taxes"'],
  },
  "deprecate",
  (args) => {
    const sunset = dayFlag(args, "sunset");
    const replacedBy = one(args, "replaced-by");
    if (sunset === null) throw unusable("Say until when it stays.", "as in --sunset 2027-03-31");
    return { sunset, ...(replacedBy !== null && { replacedBy }) };
  },
);
