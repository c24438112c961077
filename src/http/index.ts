/** What the doors of the server share: who is let in, how a request is read and answered. Imports every room above it. */
export { type Admission, type AdmissionOptions, createAdmission, MONITORING, mayMonitor } from "./admission.ts";
export { isJson, jsonIn, readBody } from "./body.ts";
export { allowOrigin, answerPreflight, isPreflight } from "./cors.ts";
export { type HttpDoor, isRead, type Target, targetOf } from "./door.ts";
export { createFailedAttempts } from "./failed-attempts.ts";
export { maskFailure, tell } from "./failure.ts";
export { isHostAllowed, repeatsHeader } from "./host.ts";
export {
  begin,
  EVENT_STREAM,
  type Fail,
  fail,
  type Headers,
  json,
  redirect,
  refuse,
  send,
  sendOnce,
  stream,
  tagOf,
} from "./reply.ts";
