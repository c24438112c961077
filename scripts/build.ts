/**
 * `npm run build [-- --out DIR]`: makes dist/ for the npm package and the container image: JavaScript, declarations,
 * and beside them, in the places of the checkout, the files that the program reads.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { out } = parseArgs({ options: { out: { type: "string", default: "dist" } } }).values;

rmSync(out, { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json", "--outDir", out], { stdio: "inherit" });
for (const asset of [...globSync("src/**/*.{sql,html,css,js,json,svg}"), "metrics", "schema"]) {
  cpSync(asset, join(out, asset), { recursive: true });
}
chmodSync(join(out, "src/cli/main.js"), 0o755);
