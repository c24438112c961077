import { posix } from "node:path";
import { report } from "../../diagnostics/index.ts";
import type { SourceDefinition } from "../definition.ts";
import { at, find, located, spanOf, textOf } from "../tree.ts";
import { type Build, complain, contradiction } from "./build.ts";

const SOURCE_KEYS = ["table", "sql", "sql_file"] as const;

/** The one of `table`, `sql` and `sql_file` that is written; null, and a diagnostic, where it is not exactly one. */
export function buildSource(build: Build): SourceDefinition | null {
  const [key, other] = SOURCE_KEYS.filter((name) => find(build.tree, name));
  if (!key) {
    const [kind = ""] = build.tree.entries.keys();
    complain(build, at(build.tree, kind), "definition/missing-key", {
      owner: build.owner,
      key: "table",
      expected: "its table, or sql or sql_file",
    });
    return null;
  }
  if (other) {
    contradiction(build, [], [key, other], "each says where the rows come from");
    return null;
  }
  const node = at(build.tree, key);
  switch (key) {
    case "table":
      return { kind: "table", table: textOf(node) };
    case "sql":
      return { kind: "sql", sql: textOf(node), file: build.file.path };
    case "sql_file":
      return readSqlFile(build);
  }
}

function readSqlFile(build: Build): SourceDefinition | null {
  const node = at(build.tree, "sql_file");
  const folder = posix.dirname(build.file.path);
  const written = textOf(node).value;
  const path = posix.join(folder, written);
  const root = build.file.path.split("/")[0] ?? "";
  if (posix.isAbsolute(written) || written.includes("\\") || path.split("/")[0] !== root) {
    build.diagnostics.push(report("definition/sql-file-outside", { path: written }, spanOf(node)));
    return null;
  }
  const file = build.files.get(path);
  if (!file) {
    const known = [...build.files.keys()]
      .filter((name) => name.endsWith(".sql"))
      .map((name) => posix.relative(folder, name));
    build.diagnostics.push(report("definition/sql-file-missing", { path: written, known }, spanOf(node)));
    return null;
  }
  return { kind: "sql", sql: located(node, file.text), file: path };
}
