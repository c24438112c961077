import type { Catalog } from "../catalog/index.ts";
import { loadDocuments, type PersistedDocuments } from "../graphql/index.ts";
import type { Arguments } from "./arguments.ts";
import { CommandFailure, EXIT } from "./failure.ts";
import { settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** @throws CommandFailure when the documents cannot be used */
export function persistedDocuments(
  args: Arguments<"config">,
  terminal: Terminal,
  catalog: Catalog,
): PersistedDocuments {
  const {
    graphql: { persisted: mode, documents: path },
    origins,
  } = settingsFor(args, terminal);
  if (mode === "off") return { mode, documents: new Map() };
  if (path === null) {
    const message = `"graphql.persisted" (${origins.get("graphql.persisted")}) is "${mode}", and no documents are named.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, { help: "name them in graphql.documents" });
  }
  try {
    return { mode, documents: loadDocuments(path, catalog) };
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    const message = `"graphql.documents" (${origins.get("graphql.documents")}): ${words}.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, {
      help: "it is a folder of .graphql files, or a JSON file from SHA-256 to document",
    });
  }
}
