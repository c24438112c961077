/** A Dockerfile as data, as far as ours goes. */

export interface Stage {
  readonly base: string;
  /** What `COPY --from` calls it; null for the last. */
  readonly name: string | null;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly keyword: string;
  /** The rest of the line, continuation lines joined. */
  readonly text: string;
}

export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { base: string; name: string | null; steps: Step[] }[] = [];
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    const [, keyword = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === "FROM") {
      const [base = "", name = null] = rest.split(" AS ");
      stages.push({ base, name, steps: [] });
    } else if (keyword !== "") {
      stages.at(-1)?.steps.push({ keyword, text: rest });
    } else if (line !== "" && !line.startsWith("#")) {
      throw new Error(`This line of the Dockerfile is not understood: ${line}`);
    }
  }
  return stages;
}

/** `--from=build /app/dist dist`: where from (null: the checkout), what, and whereto. */
export function parseCopy(text: string): { from: string | null; sources: readonly string[]; target: string } {
  const words = text.split(" ").filter((word) => !word.startsWith("--"));
  return {
    from: /--from=(\S+)/.exec(text)?.[1] ?? null,
    sources: words.slice(0, -1),
    target: words.at(-1) ?? "",
  };
}

/** The words of a command in its JSON form. */
export function parseCommand(text: string): readonly string[] {
  const words: unknown = JSON.parse(text.slice(text.indexOf("[")));
  if (!Array.isArray(words)) throw new Error(`Not a command in JSON form: ${text}`);
  return words.map(String);
}
