import { BUILD } from "./build.ts";
import { Problem } from "./problem.ts";
import { isObject } from "./text.ts";

/**
 * The server that somebody chose. Any other than those of the build is refused: it would be sent the viewer's token.
 *
 * @param configParams As Data Studio hands it over: who edits a report may have written it.
 */
export function endpointOf(configParams: unknown): string {
  const chosen = chosenEndpoint(configParams);
  const [only, another] = BUILD.endpoints;
  const endpoint = chosen === null && another === undefined ? only : BUILD.endpoints.find((one) => one === chosen);
  if (endpoint !== undefined) return endpoint;
  if (chosen === null) throw new Problem("Choose a metrics server in the settings of the data source.", "NO_ENDPOINT");
  throw new Problem(
    "The data source names a metrics server that this connector was not made for, so nothing was sent to it. Edit the data source and choose one of the list.",
    "FOREIGN_ENDPOINT",
  );
}

/** Null when nothing is chosen yet. */
export function chosenEndpoint(configParams: unknown): string | null {
  const chosen = isObject(configParams) ? configParams["endpoint"] : null;
  return chosen == null || chosen === "" ? null : trimmed(chosen);
}

/** The same address with and without a slash at its end. */
export function trimmed(address: unknown): string {
  return typeof address === "string" ? address.replace(/\/+$/, "") : "";
}
