import { parse, print, visit } from "graphql";
import { remembered, sha256 } from "../std/index.ts";

/**
 * SHA-256 of a request's document without the literals in it, so that it tells which document was sent and nothing of
 * what was looked for. Spaces and comments make no difference.
 *
 * @returns undefined: there is none, or it is not GraphQL
 */
export function documentHash(body: string): string | undefined {
  const data: unknown = JSON.parse(body);
  const isDocument = typeof data === "object" && data !== null && "query" in data && typeof data.query === "string";
  return isDocument ? hashOf(String(data.query)) : undefined;
}

const REMEMBERED = 500;
const MAX_CHARACTERS = 1_000_000;
const MAX_TOKENS = 5_000;

const hashOf = remembered(
  (text: string): string | undefined => {
    try {
      const bare = visit(parse(text, { maxTokens: MAX_TOKENS }), {
        StringValue: (node) => ({ ...node, value: "", block: false }),
        IntValue: (node) => ({ ...node, value: "0" }),
        FloatValue: (node) => ({ ...node, value: "0.0" }),
      });
      return sha256(print(bare));
    } catch {
      return undefined;
    }
  },
  REMEMBERED,
  MAX_CHARACTERS,
);
