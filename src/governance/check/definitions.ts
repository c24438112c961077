import type { Diagnostic } from "../../diagnostics/index.ts";
import type { Finding } from "../finding.ts";
import type { GovernedTree } from "../tree.ts";
import { found } from "./judgement.ts";
import type { RuleCode } from "./rules.ts";

/** Why the definitions do not load. Nothing else is looked at then. */
export function unloadable({ diagnostics }: GovernedTree): readonly Finding[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.map((diagnostic) =>
    found(ruleOf(diagnostic), diagnostic.span?.file.path ?? "definitions", diagnostic.message, {
      span: diagnostic.span,
      fix: diagnostic.help,
    }),
  );
}

function ruleOf({ code, span }: Diagnostic): RuleCode {
  const text = span?.file.text.slice(span.start, span.end) ?? "";
  if (code === "yaml/forbidden-character" && TURNING.test(text)) return "NAME_NOT_ASCII";
  if (code.startsWith("yaml/")) return "YAML_INVALID";
  if (code === "metric/cycle") return "CYCLE";
  // Anything but the letters of names: another script, a mark that turns the direction of text.
  return code === "definition/invalid-name" && /[^\0-\x7f]/.test(text) ? "NAME_NOT_ASCII" : "DEFINITION_INVALID";
}

/** Marks that turn the direction of text, so that it is read as another. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
