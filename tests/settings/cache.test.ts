import { expect, test } from "vitest";
import { readSettings } from "../../src/settings/index.ts";
import { inFile } from "./support.ts";

test.each([
  ["cache: { answer_bytes: 1 MiB }", 2 ** 20],
  ["cache: { answer_bytes: 0 B }", 0],
  ["cache: { enabled: false }", 0],
  ["cache: { enabled: false, answer_bytes: 1 MiB }", 0],
])("whole answers take as much memory as %s gives them", (text, bytes) => {
  expect(readSettings(inFile(text), {}).settings?.cache.answerBytes).toBe(bytes);
});
