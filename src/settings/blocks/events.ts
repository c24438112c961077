import { mapping, type ShapeOf } from "../../definition/index.ts";
import { report } from "../../diagnostics/index.ts";
import { type Environment, SECRET, secretFrom } from "../secrets.ts";
import { SettingError } from "../setting-error.ts";

const LEAST_LENGTH = 16;

export const EVENTS = mapping("a mapping", {
  secret: SECRET.optional().meta({
    description: "Where the secret is that pipelines sign with. Without it the server takes no word of them.",
    examples: [{ env: "ASSAY_EVENTS_SECRET" }],
  }),
}).meta({ description: "Word of pipelines that tables have been refreshed." });

export type EventsShape = ShapeOf<typeof EVENTS>;

/** What pipelines sign with; null: none is named. @throws SettingError where it is not there, or too short to be one */
export function eventSecretFrom({ secret: reference }: EventsShape, env: Environment): string | null {
  if (!reference) return null;
  const setting = "events.secret";
  const secret = secretFrom(reference, setting, env);
  if (secret.length >= LEAST_LENGTH) return secret;
  throw new SettingError(report("settings/short-secret", { setting, least: LEAST_LENGTH }, null));
}
