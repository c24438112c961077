/** Loaded into a server by `--import`: the planner crashes over whoever asks for 666 rows. */
import { registerHooks } from "node:module";

const HEAD = "export function buildPlan(";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/src/plan/build/build.ts")) return loaded;
    const { source: loadedSource } = loaded;
    const source =
      typeof loadedSource === "string" ? loadedSource : new TextDecoder().decode(loadedSource ?? undefined);
    if (!source.includes(HEAD)) throw new Error("The planner does not begin where it is to be broken.");
    return {
      ...loaded,
      source: `${source.replace(HEAD, "function plannedWell(")}
export function buildPlan(...asked: Parameters<typeof plannedWell>): ReturnType<typeof plannedWell> {
  // A row beyond the limit tells of a next page.
  if (asked[0].limit !== null && asked[0].limit >= 666 && asked[0].limit <= 667) throw new TypeError("planner secret");
  return plannedWell(...asked);
}`,
    };
  },
});
