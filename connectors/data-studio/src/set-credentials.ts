import { BUILD } from "./build.ts";
import { keepToken } from "./credentials.ts";
import { trimmed } from "./endpoints.ts";
import { isAccepted } from "./server.ts";
import { isObject } from "./text.ts";

/** Shorter or stranger ones are no token of ours; what else may stand in a header is not for users to say. */
const A_TOKEN = /^[A-Za-z0-9._~+/-]{16,8192}=*$/;

/** Keeps what somebody entered, if the server that it is for lets them in. */
export function setCredentials(request: unknown): { readonly errorCode: "NONE" | "INVALID_CREDENTIALS" } {
  const { endpoint, token } = entered(request);
  if (endpoint === undefined || !A_TOKEN.test(token) || !isAccepted(endpoint, token)) {
    return { errorCode: "INVALID_CREDENTIALS" };
  }
  keepToken(token, endpoint);
  return { errorCode: "NONE" };
}

/** No endpoint: none of ours was named, and nothing is sent anywhere. */
function entered(request: unknown): { readonly endpoint: string | undefined; readonly token: string } {
  const { pathKey, userToken } = isObject(request) ? request : {};
  if (BUILD.authType === "PATH_KEY" && isObject(pathKey)) {
    const path = trimmed(pathKey["path"]).trim();
    return { endpoint: BUILD.endpoints.find((one) => one === path), token: tokenText(pathKey["key"]) };
  }
  // Whose token it is the server tells: the name that was entered beside it counts for nothing.
  if (BUILD.authType === "USER_TOKEN" && isObject(userToken)) {
    return { endpoint: BUILD.endpoints[0], token: tokenText(userToken["token"]) };
  }
  return { endpoint: undefined, token: "" };
}

function tokenText(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
