import { withdrawing } from "../acts.ts";

export const revoke = withdrawing(
  {
    name: "revoke",
    summary: "Takes a certification back for good. The council signs.",
    flags: {},
    examples: ['assay revoke revenue --reason "it was never reconciled" --key ~/.ssh/id_ed25519'],
  },
  "revoke",
  () => ({}),
);
