import { BUILD } from "./build.ts";
import { accessToken, forgetSignIn, hasSignIn } from "./oauth.ts";
import { Problem } from "./problem.ts";

/** Where the viewer's key or token is kept, and the server that it is for. */
const TOKEN = "token";
const TOKEN_ENDPOINT = "tokenEndpoint";

/**
 * What says who looks at the report, for the Authorization header of this server alone.
 *
 * @throws Problem when nobody can be told: there is no other identity to fall back on
 */
export function tokenFor(endpoint: string): string {
  switch (BUILD.authType) {
    case "NONE":
      return identityToken();
    case "PATH_KEY":
    case "USER_TOKEN":
      return keptToken(endpoint);
    case "OAUTH2":
      return accessToken();
  }
}

function identityToken(): string {
  const token = attempt(() => ScriptApp.getIdentityToken());
  if (typeof token === "string" && token !== "") return token;
  throw new Problem(
    "Google does not say who you are, so nothing may be shown. Open the report while you are signed in. A public link and a scheduled e-mail have no viewer, and cannot show this data.",
    "NO_IDENTITY_TOKEN",
  );
}

function keptToken(endpoint: string): string {
  const kept = PropertiesService.getUserProperties();
  const token = kept.getProperty(TOKEN);
  if (token === null) {
    throw new Problem("Enter your credentials in the data source first.", "NO_CREDENTIALS");
  }
  if (kept.getProperty(TOKEN_ENDPOINT) === endpoint) return token;
  throw new Problem(
    "Your credentials are for another metrics server than the data source names. Edit its credentials, or choose the server that they are for.",
    "CREDENTIALS_OF_ANOTHER_ENDPOINT",
  );
}

/** The servers that the viewer's credentials are for. */
export function endpointsOfViewer(): readonly string[] {
  if (BUILD.authType !== "PATH_KEY") return BUILD.endpoints;
  const endpoint = PropertiesService.getUserProperties().getProperty(TOKEN_ENDPOINT);
  return BUILD.endpoints.filter((one) => endpoint === null || one === endpoint);
}

export function isAuthValid(): boolean {
  if (BUILD.authType === "OAUTH2") return hasSignIn();
  const kept = PropertiesService.getUserProperties();
  // A server that a later build no longer names wants other credentials.
  const endpoint = kept.getProperty(TOKEN_ENDPOINT);
  return kept.getProperty(TOKEN) !== null && BUILD.endpoints.some((one) => one === endpoint);
}

export function resetAuth(): void {
  if (BUILD.authType === "OAUTH2") return forgetSignIn();
  PropertiesService.getUserProperties().deleteProperty(TOKEN).deleteProperty(TOKEN_ENDPOINT);
}

/** @param endpoint The server that has let them in. */
export function keepToken(token: string, endpoint: string): void {
  PropertiesService.getUserProperties().setProperty(TOKEN, token).setProperty(TOKEN_ENDPOINT, endpoint);
}

/** What tells viewers apart where something is kept: never the token itself. */
export function viewerName(endpoint: string): string {
  return BUILD.authType === "NONE" ? Session.getEffectiveUser().getEmail() : tokenFor(endpoint);
}

/** Null where the service refuses, as it does for those who have not consented. */
export function attempt<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch {
    return null;
  }
}
