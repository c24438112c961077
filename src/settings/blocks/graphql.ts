import { mapping, type ShapeOf, text, word } from "../../definition/index.ts";

export const GRAPHQL = mapping("a mapping", {
  persisted: word(["off", "open", "known", "only"]).optional().meta({
    description:
      "Whether requests may name a persisted document: off, open (beside others), known (others need the role explore) or only. Default off.",
  }),
  documents: text("the path of a folder or a JSON file")
    .optional()
    .meta({
      description: "Persisted documents: a folder of .graphql files, or a JSON file from SHA-256 to document.",
      examples: ["documents", "persisted-documents.json"],
    }),
}).meta({ description: "The GraphQL door." });

export interface GraphqlSettings {
  readonly persisted: "off" | "open" | "known" | "only";
  /** A folder or a JSON file; null: none. */
  readonly documents: string | null;
}

export function graphqlFrom(shape: ShapeOf<typeof GRAPHQL> = {}): GraphqlSettings {
  return { persisted: shape.persisted ?? "off", documents: shape.documents ?? null };
}
