import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHANNELS } from "./channels.ts";

const ROOT = join(import.meta.dirname, "../..");
const all = Object.values(CHANNELS).flat();

test("every channel has a test that exists, or waits for a part that does not", () => {
  expect(Object.values(CHANNELS).map((channels) => channels.length)).toEqual([9, 4, 4, 4, 4, 4, 4, 3]);
  for (const channel of all) {
    if ("comesWith" in channel) {
      expect(existsSync(join(ROOT, channel.comesWith)), `${channel.comesWith} exists: test "${channel.name}"`).toBe(
        false,
      );
      continue;
    }
    expect(channel.tests.length, channel.name).toBeGreaterThan(0);
    for (const [file, title] of channel.tests) {
      expect(readFileSync(join(ROOT, file), "utf8"), `${channel.name}: ${file}`).toContain(title);
    }
  }
});

test("no channel is listed twice", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
