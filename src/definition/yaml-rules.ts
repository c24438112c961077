/** What we take less of than YAML allows. */

/** Deepest nesting of mappings and lists in a document. */
export const MAX_LEVELS = 64;

/** Names through which JavaScript objects can be tampered with. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Control characters (tab, line feed and carriage return apart) and what turns the direction of text around. */
export const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** How everybody writes numbers: `010`, `.5`, `0x1f`, `.inf` are left to no one's guess. */
export const NUMBER = /^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;
