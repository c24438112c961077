/** Global ids of catalogue objects: opaque to callers, stable as long as the name is. */
const KINDS = ["metric", "model", "saved_query"] as const;
type Kind = (typeof KINDS)[number];

export function encodeId(kind: Kind, name: string): string {
  return Buffer.from(`${kind}:${name}`).toString("base64url");
}

/** What an id names; null when it is none of ours. */
export function decodeId(id: string): { readonly kind: Kind; readonly name: string } | null {
  const [word, name, ...rest] = Buffer.from(id, "base64url").toString().split(":");
  const kind = KINDS.find((candidate) => candidate === word);
  return kind && name && rest.length === 0 ? { kind, name } : null;
}
