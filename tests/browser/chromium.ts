import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Chromium, or Chrome, of this machine: what `ASSAY_CHROMIUM` names, else the first that is found under a usual name.
 *
 * @returns null where there is none
 * @throws Error when `ASSAY_CHROMIUM` names no program
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env["ASSAY_CHROMIUM"];
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`ASSAY_CHROMIUM is ${named}, which is no program.`);
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...USUAL_PATHS].find(isProgram) ?? null;
}

/** What to do where there is none. */
export const NO_CHROMIUM = `No Chromium is found, so the page was not tried in a browser.
  Debian, Ubuntu:  apt-get install --no-install-recommends chromium
  Fedora:          dnf install chromium
  Alpine:          apk add chromium
  macOS:           brew install --cask chromium
  Elsewhere, or another one: ASSAY_CHROMIUM=/path/to/chromium npm run test:browser`;

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

const USUAL_PATHS = [
  "/usr/lib/chromium/chromium",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
