import { withdrawing } from "../acts.ts";

export const retire = withdrawing(
  {
    name: "retire",
    summary: "Ends a deprecated metric after its day; its name stays reserved. Both owners sign.",
    flags: {},
    examples: ['assay retire gross_sales --reason "replaced by revenue" --key ~/.ssh/id_ed25519'],
  },
  "retire",
  () => ({}),
);
