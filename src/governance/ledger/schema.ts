import { flag, isName, listOf, mapping, mappingTo, text, wholeNumber, word } from "../../definition/index.ts";
import { isDay } from "./day.ts";
import { EVENT_TYPES } from "./event.ts";

/** Who approves: a principal of `governance/allowed_signers`. */
export const SIGNER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
export const A_SIGNER_NAME = "a name: letters, digits and . _ @ + -, at most 128";

const A_DIGEST = "a digest: sha256: and 64 hexadecimal digits";
export const digest = () => text(A_DIGEST).regex(/^sha256:[0-9a-f]{64}$/, { error: A_DIGEST });

// Of whichever specification: what this program does not know certifies nothing.
const A_FINGERPRINT = "a fingerprint: fp/1:sha256: and 64 hexadecimal digits";
export const fingerprint = () =>
  text(A_FINGERPRINT).regex(/^fp\/[1-9]\d{0,3}:sha256:[0-9a-f]{64}$/, { error: A_FINGERPRINT });

const A_DAY = "a day, such as 2026-11-20";
export const day = () => text(A_DAY).refine(isDay, { error: A_DAY });

const A_METRIC = "the name of a metric";
export const metricName = () => text(A_METRIC).refine(isName, { error: A_METRIC });

const A_NUMBER = "a whole number from 1 to 9999";
export const number = () => wholeNumber(A_NUMBER, 1).max(9999, { error: A_NUMBER });

// Without what makes text look like other text: controls, and marks that turn its direction.
const A_REASON = "a text of at most 2000 characters, without control characters";
export const reason = () =>
  text(A_REASON).regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,2000}$/u, {
    error: A_REASON,
  });

const A_HASH = "64 hexadecimal digits";
const hash = () => text(A_HASH).regex(/^[0-9a-f]{64}$/, { error: A_HASH });

const A_BATCH = "a name: lower-case letters, digits, . _ and -, at most 64";
export const batchName = () => text(A_BATCH).regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: A_BATCH });

const A_SIGNATURE = "an SSH signature in its armour, at most 16384 characters";
const SIGNATURE = /^-----BEGIN SSH SIGNATURE-----\n(?:[A-Za-z0-9+/]+={0,2}\n)+-----END SSH SIGNATURE-----\n?$/;

export const approvals = () =>
  listOf(
    "a list of approvals",
    mapping("a mapping with by and sig", {
      by: text(A_SIGNER_NAME).regex(SIGNER_NAME, { error: A_SIGNER_NAME }),
      sig: text(A_SIGNATURE).max(16_384, { error: A_SIGNATURE }).regex(SIGNATURE, { error: A_SIGNATURE }).optional(),
    }),
  ).max(64, { error: "a list of at most 64 approvals" });

const A_SUCCESSOR = "the name of a metric, perhaps with its version: net_revenue@2";
const EVIDENCE = "a mapping from kind to digest";

export const EVENT = mapping("a mapping", {
  type: word(EVENT_TYPES),
  metric: metricName(),
  version: number(),
  seq: number(),
  fingerprint: fingerprint(),
  migrates: fingerprint().optional(),
  parts: mapping("a mapping with value, access and shape", { value: hash(), access: hash(), shape: hash() }),
  policy: digest(),
  issued: day(),
  expires: day().optional(),
  emergency: flag().optional(),
  evidence: mappingTo(EVIDENCE, digest())
    .refine((all) => Object.keys(all).every((kind) => /^[a-z][a-z0-9_]{0,79}$/.test(kind)), { error: EVIDENCE })
    .optional(),
  sunset: day().optional(),
  replaced_by: text(A_SUCCESSOR)
    .regex(/^[a-z][a-z0-9_]{0,59}(@[1-9]\d{0,3})?$/, { error: A_SUCCESSOR })
    .optional(),
  reason: reason(),
  prev: digest().nullable(),
  batch: batchName().optional(),
  approvals: approvals(),
});
