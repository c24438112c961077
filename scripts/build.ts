/**
 * `npm run build [-- --out DIR]`: makes dist/ for the npm package and the container image: JavaScript, declarations,
 * and beside them, in the places of the checkout, the files that the program reads.
 *
 * The program is bundled with its packages: to find and load two thousand files takes longer than all else that a start
 * does. Whoever imports the package gets the single files.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, globSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";

const { out } = parseArgs({ options: { out: { type: "string", default: "dist" } } }).values;
const program = resolve(out, "src/cli/main.js");

rmSync(out, { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json", "--outDir", out], { stdio: "inherit" });
for (const asset of [
  ...globSync("src/**/*.{sql,html,css,js,json,svg}"),
  "metrics",
  "governance",
  "metrics.lock",
  "schema",
]) {
  cpSync(asset, join(out, asset), { recursive: true });
}
await bundle();
chmodSync(program, 0o755);

async function bundle(): Promise<void> {
  await build({
    entryPoints: [program],
    outdir: dirname(program),
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node22",
    format: "esm",
    logLevel: "warning",
    // Compiled parts of their own, or seldom asked for and large.
    external: ["@duckdb/node-bindings", "libpg-query", "@google-cloud/bigquery", "google-auth-library"],
    banner: {
      js: `import { createRequire as ownRequire } from "node:module"; const require = ownRequire(import.meta.url);`,
    },
    plugins: [placesOfSources(), oneLanguage()],
  });
}

/** Files that our sources read lie beside the sources, not beside the bundle. */
function placesOfSources(): Plugin {
  const setup: Plugin["setup"] = (bundler) => {
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(join(resolve(out), sep))) return null;
      const place = relative(dirname(program), path).replaceAll(sep, "/");
      const url = `new URL(${JSON.stringify(place)}, import.meta.url)`;
      const toPath = 'process.getBuiltinModule("node:url").fileURLToPath';
      const meanings = new Map([
        ["url", `${url}.href`],
        ["filename", `${toPath}(${url})`],
        ["dirname", `${toPath}(new URL(".", ${url}))`],
      ]);
      const contents = readFileSync(path, "utf8").replaceAll(
        /\bimport\.meta\.(url|filename|dirname)\b/g,
        (text, what: string) => meanings.get(what) ?? text,
      );
      return { contents };
    });
  };
  return { name: "places-of-sources", setup };
}

/** The package zod brings its messages in fifty languages, a quarter of what a check loads; no other than English is asked for. */
function oneLanguage(): Plugin {
  const setup: Plugin["setup"] = (bundler) => {
    bundler.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ resolveDir }) =>
      resolveDir.includes(join("node_modules", "zod")) ? { path: resolve(resolveDir, "../locales/en.js") } : null,
    );
  };
  return { name: "one-language", setup };
}
