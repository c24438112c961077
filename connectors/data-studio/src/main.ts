/** What Data Studio calls. The build makes each of these that the auth type needs a function of the script. */
import { BUILD } from "./build.ts";
import { configFor } from "./config.ts";
import * as credentials from "./credentials.ts";
import { dataFor } from "./data.ts";
import { endpointOf } from "./endpoints.ts";
import { buildFields, readFields } from "./fields.ts";
import * as oauth from "./oauth.ts";
import { atTheEdge } from "./problem.ts";
import { ask, deadline } from "./server.ts";
import * as entered from "./set-credentials.ts";
import { isObject } from "./text.ts";
import { withoutEndpoint } from "./wire.ts";

export function getAuthType(): object {
  return { type: BUILD.authType, ...(BUILD.helpUrl !== null && { helpUrl: BUILD.helpUrl }) };
}

export function getConfig(request: unknown): object {
  return atTheEdge(() => configFor(request));
}

export function getSchema(request: unknown): object {
  return atTheEdge(() => {
    const configParams = isObject(request) ? request["configParams"] : null;
    const body = { configParams: withoutEndpoint(configParams) ?? {} };
    return {
      schema: buildFields(readFields(ask(endpointOf(configParams), "schema", body, deadline()).body["fields"])),
    };
  });
}

export function getData(request: unknown): object {
  return atTheEdge(() => dataFor(request));
}

/** Nobody, unless the script property ADMINS lists their address; only with auth type NONE does the script know it. */
export function isAdminUser(): boolean {
  if (BUILD.authType !== "NONE") return false;
  const admins = credentials.attempt(() => PropertiesService.getScriptProperties().getProperty("ADMINS")) ?? "";
  const email = admins === "" ? null : credentials.attempt(() => Session.getEffectiveUser().getEmail());
  return email !== null && email !== "" && admins.split(/[\s,]+/).includes(email);
}

export function setCredentials(request: unknown): object {
  return atTheEdge(() => entered.setCredentials(request));
}

export function isAuthValid(): boolean {
  return atTheEdge(() => credentials.isAuthValid());
}

export function resetAuth(): void {
  atTheEdge(() => credentials.resetAuth());
}

export function get3PAuthorizationUrls(): string {
  return atTheEdge(() => oauth.get3PAuthorizationUrls());
}

export function authCallback(request: unknown): GoogleAppsScript.HTML.HtmlOutput {
  return atTheEdge(() => oauth.authCallback(request));
}

/**
 * For whoever sets the server up, to run once in the script's editor: logs whom the viewers' tokens are for, which is what
 * `identity.google.audience` of the server's settings has to be.
 */
export function logAudience(): void {
  const [, payload = ""] = ScriptApp.getIdentityToken().split(".");
  const claims: unknown = JSON.parse(Utilities.newBlob(Utilities.base64DecodeWebSafe(payload)).getDataAsString());
  Logger.log(isObject(claims) ? claims["aud"] : null);
}
