import { BUILD } from "./build.ts";
import type { OAuthSettings } from "./build-settings.ts";
import { Problem } from "./problem.ts";
import { isObject, parseJson, sha256 } from "./text.ts";

/**
 * Signing in at an identity provider: authorization code (RFC 6749) with PKCE (RFC 7636). Everything kept is in the
 * properties of the one who signs in.
 */
const ACCESS = "accessToken";
const REFRESH = "refreshToken";
/** When the access token ends, in milliseconds since 1970. */
const ENDS = "accessTokenEnds";
/** What a sign-in that has begun has to come back with. */
const STATE = "signInState";
const VERIFIER = "signInVerifier";

/** So that a token does not end on its way. */
const MARGIN_MS = 60_000;
/** Where the provider does not say how long its tokens last. */
const DEFAULT_LIFE_SECONDS = 300;
const SIGN_IN_SECONDS = 600;
const LOCK_MS = 20_000;

/** Where to sign in; Data Studio opens it. */
export function get3PAuthorizationUrls(): string {
  const { authorizationUrl, clientId, scope } = settings();
  const state = randomText();
  const verifier = randomText() + randomText();
  PropertiesService.getUserProperties().setProperty(STATE, state).setProperty(VERIFIER, verifier);
  const token = ScriptApp.newStateToken()
    .withMethod("authCallback")
    .withTimeout(SIGN_IN_SECONDS)
    .withArgument("nonce", state)
    .createToken();
  return `${authorizationUrl}${authorizationUrl.includes("?") ? "&" : "?"}${formOf({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri(),
    scope,
    state: token,
    code_challenge: sha256(verifier),
    code_challenge_method: "S256",
  })}`;
}

/** The provider sends whoever signed in back here. */
export function authCallback(request: unknown): GoogleAppsScript.HTML.HtmlOutput {
  const parameters = isObject(request) && isObject(request["parameter"]) ? request["parameter"] : {};
  const { code, nonce } = parameters;
  const user = PropertiesService.getUserProperties();
  const state = user.getProperty(STATE);
  const verifier = user.getProperty(VERIFIER);
  // Once only: a second answer to the same sign-in is not ours.
  user.deleteProperty(STATE).deleteProperty(VERIFIER);
  const isOurs = state !== null && verifier !== null && nonce === state;
  if (!isOurs || typeof code !== "string" || code === "")
    return page("You are not signed in. Close this tab and try again.");
  const isKept = keep(
    askForToken({ grant_type: "authorization_code", code, redirect_uri: redirectUri(), code_verifier: verifier }),
  );
  return page(
    isKept ? "You are signed in. You may close this tab." : "You are not signed in. Close this tab and try again.",
  );
}

export function hasSignIn(): boolean {
  return accessTokenOrNull() !== null;
}

export function accessToken(): string {
  const token = accessTokenOrNull();
  if (token !== null) return token;
  throw new Problem("You are not signed in. Sign in from the data source, then try again.", "NOT_SIGNED_IN");
}

function accessTokenOrNull(): string | null {
  const known = freshToken();
  if (known !== null) return known;
  if (PropertiesService.getUserProperties().getProperty(REFRESH) === null) return null;
  const lock = LockService.getUserLock();
  if (!lock.tryLock(LOCK_MS))
    throw new Problem("Your sign-in is being renewed. Try again in a moment.", "REFRESH_LOCKED");
  try {
    // Another chart of the page may have renewed it meanwhile; a refresh token often serves once.
    const renewed = freshToken();
    if (renewed !== null) return renewed;
    const refresh = PropertiesService.getUserProperties().getProperty(REFRESH);
    if (refresh === null || !keep(askForToken({ grant_type: "refresh_token", refresh_token: refresh }))) return null;
    return freshToken();
  } finally {
    lock.releaseLock();
  }
}

function freshToken(): string | null {
  const user = PropertiesService.getUserProperties();
  return Number(user.getProperty(ENDS) ?? 0) - MARGIN_MS > Date.now() ? user.getProperty(ACCESS) : null;
}

/** Tells the provider that the sign-in has ended, where it wants to know, and forgets it in any case. */
export function forgetSignIn(): void {
  const { revocationUrl } = settings();
  const user = PropertiesService.getUserProperties();
  const token = user.getProperty(REFRESH) ?? user.getProperty(ACCESS);
  for (const name of [ACCESS, REFRESH, ENDS, STATE, VERIFIER]) user.deleteProperty(name);
  if (revocationUrl !== null && token !== null) post(revocationUrl, { token });
}

/** What the provider says of a token; null: it refuses. */
function askForToken(parameters: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> | null {
  const response = post(settings().tokenUrl, parameters);
  const body = response?.getResponseCode() === 200 ? parseJson(response.getContentText("UTF-8")) : null;
  if (response === null || response.getResponseCode() >= 500) {
    throw new Problem("The identity provider does not answer. Try again in a moment.", "IDENTITY_PROVIDER_UNREACHABLE");
  }
  return isObject(body) ? body : null;
}

/** @returns whether there is a token now; one that the provider refuses is forgotten */
function keep(answer: Readonly<Record<string, unknown>> | null): boolean {
  const user = PropertiesService.getUserProperties();
  const { access_token: access, refresh_token: refresh, expires_in: life } = answer ?? {};
  if (typeof access !== "string" || access === "") {
    for (const name of [ACCESS, REFRESH, ENDS]) user.deleteProperty(name);
    return false;
  }
  const seconds = Number(life ?? DEFAULT_LIFE_SECONDS);
  const ends = Date.now() + (Number.isFinite(seconds) ? seconds : DEFAULT_LIFE_SECONDS) * 1_000;
  user.setProperty(ACCESS, access).setProperty(ENDS, String(ends));
  // Where none comes back the old one stays good.
  if (typeof refresh === "string" && refresh !== "") user.setProperty(REFRESH, refresh);
  return true;
}

/** Null: it could not be reached. */
function post(
  url: string,
  parameters: Readonly<Record<string, string>>,
): GoogleAppsScript.URL_Fetch.HTTPResponse | null {
  const { clientId, clientSecretProperty } = settings();
  const secret =
    clientSecretProperty === null ? null : PropertiesService.getScriptProperties().getProperty(clientSecretProperty);
  if (clientSecretProperty !== null && secret === null) {
    throw new Problem(
      "The connector is not set up: its client secret is missing. Tell whoever runs it.",
      `NO_CLIENT_SECRET in script property ${clientSecretProperty}`,
    );
  }
  const payload = formOf({ ...parameters, client_id: clientId, ...(secret !== null && { client_secret: secret }) });
  try {
    const contentType = "application/x-www-form-urlencoded";
    const headers = { Accept: "application/json" };
    return UrlFetchApp.fetch(url, {
      method: "post",
      contentType,
      headers,
      payload,
      muteHttpExceptions: true,
      followRedirects: false,
    });
  } catch {
    return null;
  }
}

function settings(): OAuthSettings {
  if (BUILD.oauth === null) throw new Error("The build has no OAuth settings");
  return BUILD.oauth;
}

function redirectUri(): string {
  return `https://script.google.com/macros/d/${ScriptApp.getScriptId()}/usercallback`;
}

function formOf(parameters: Readonly<Record<string, string>>): string {
  const encode = (text: string): string => encodeURIComponent(text);
  return Object.entries(parameters)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

/** 43 characters that nobody guesses. */
function randomText(): string {
  return sha256(`${Utilities.getUuid()}${Utilities.getUuid()}`);
}

function page(text: string): GoogleAppsScript.HTML.HtmlOutput {
  return HtmlService.createHtmlOutput(`<p>${text}</p>`);
}
