import { withdrawing } from "../acts.ts";

export const suspend = withdrawing(
  {
    name: "suspend",
    summary: "Says at once that a metric's numbers are wrong, until it is certified again. One owner signs.",
    flags: {},
    examples: ['assay suspend revenue --reason "the feed doubled rows" --key ~/.ssh/id_ed25519'],
  },
  "suspend",
  () => ({}),
);
