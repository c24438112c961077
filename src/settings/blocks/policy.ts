import { mapping, type ShapeOf } from "../../definition/index.ts";
import { report } from "../../diagnostics/index.ts";
import { type Environment, SECRET, secretFrom } from "../secrets.ts";
import { SettingError } from "../setting-error.ts";

const LEAST_LENGTH = 16;

export const POLICY = mapping("a mapping", {
  hash_key: SECRET.optional().meta({
    description: "Where the secret is that goes into masks by hash, so that values cannot be guessed from them.",
    examples: [{ env: "ASSAY_HASH_KEY" }],
  }),
}).meta({ description: "What policies need that does not stand in the definitions." });

export type PolicyShape = ShapeOf<typeof POLICY>;

/** The secret of masks by hash; null: none is named. @throws SettingError where it is not there, or too short to be one */
export function hashKeyFrom({ hash_key: reference }: PolicyShape, env: Environment): string | null {
  if (!reference) return null;
  const setting = "policy.hash_key";
  const key = secretFrom(reference, setting, env);
  if (key.length >= LEAST_LENGTH) return key;
  throw new SettingError(report("settings/short-secret", { setting, least: LEAST_LENGTH }, null));
}
