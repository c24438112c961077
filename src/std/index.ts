/** Small functions the language forgot. Imports nothing; knows no word of metrics. See ARCHITECTURE.md. */
export { assertNever } from "./assert-never.ts";
export { type Bucket, createBucket } from "./bucket.ts";
export { canonicalJson } from "./canonical-json.ts";
export { compareText } from "./compare-text.ts";
export { heapShare } from "./heap-share.ts";
export { isObject } from "./is-object.ts";
export { nearest } from "./nearest.ts";
export { once } from "./once.ts";
export { remembered } from "./remembered.ts";
export { sameData } from "./same-data.ts";
export { sha256 } from "./sha256.ts";
export { signed, signedAt } from "./signature.ts";
