/** Writes src/gql/: the types of the questions that stand in src/, from the schema that the server is held to. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";

const SCHEMA = join(import.meta.dirname, "../../schema/schema.graphql");
const SOURCES = join(import.meta.dirname, "src");

/** Digits are text, and numbers where `numbers: JSON` asks for those; everything else that is not JSON is text. */
const SCALARS = {
  ...Object.fromEntries(["Decimal", "BigInt"].map((name) => [name, { input: "string", output: "string | number" }])),
  ...Object.fromEntries(["Date", "Duration", "Timestamp"].map((name) => [name, "string"])),
  ...Object.fromEntries(["MetricRef", "Rows"].map((name) => [name, "unknown"])),
};

/** @returns the text of each generated file, by its path */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const schema = await readFile(SCHEMA, "utf8");
  const schemaAst = buildSchema(schema);
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: join(SOURCES, "gql/"),
    schema: parse(schema),
    schemaAst,
    documents: await documents(),
    config: {
      enumType: "string-literal",
      immutableTypes: true,
      importExtension: ".ts",
      nonOptionalTypename: true,
      scalars: SCALARS,
      skipTypeNameForRoot: true,
      strictScalars: true,
      useTypeImports: true,
    },
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    plugins: [],
    pluginMap: {},
  });
  const texts = sections.map(async (section) => [section.filename, await codegen({ ...section, schemaAst })] as const);
  return new Map(await Promise.all(texts));
}

/** What stands in `graphql(…)`, as it stands there: the text is also the key by which the program finds its type. */
async function documents() {
  const files = (await readdir(SOURCES)).filter((file) => /\.tsx?$/.test(file)).sort();
  const found = files.map(async (file) => {
    const source = await readFile(join(SOURCES, file), "utf8");
    return [...source.matchAll(/\bgraphql\(`([^`]*)`\)/g)].map(([, text = ""]) => ({
      location: join("src", file),
      rawSDL: text,
      document: parse(text),
    }));
  });
  return (await Promise.all(found)).flat();
}

if (import.meta.main) {
  for (const [file, text] of await generate()) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
