import { writeCsv } from "./csv.ts";
import { writeJson, writeNdjson } from "./json.ts";
import type { Writer } from "./table.ts";

/** A format of whole answers. */
export interface Format {
  readonly name: "json" | "csv" | "ndjson" | "parquet" | "arrow";
  readonly mediaType: string;
  /** What the media type says besides. */
  readonly parameters: string;
  /** Of file names. */
  readonly extension: string;
  readonly write: Writer;
}

/** The first is for those who do not mind. */
export const FORMATS: readonly [Format, ...Format[]] = [
  {
    name: "json",
    mediaType: "application/json",
    parameters: "; charset=utf-8",
    extension: "json",
    write: writeJson,
  },
  {
    name: "csv",
    mediaType: "text/csv",
    parameters: "; charset=utf-8; header=present",
    extension: "csv",
    write: writeCsv,
  },
  {
    name: "ndjson",
    mediaType: "application/x-ndjson",
    parameters: "; charset=utf-8",
    extension: "ndjson",
    write: writeNdjson,
  },
  {
    name: "parquet",
    mediaType: "application/vnd.apache.parquet",
    parameters: "",
    extension: "parquet",
    // Loaded with the first file: most servers never write one.
    async *write(table, options) {
      const { writeParquet } = await import("./parquet.ts");
      yield* writeParquet(table, options);
    },
  },
  {
    name: "arrow",
    mediaType: "application/vnd.apache.arrow.stream",
    parameters: "",
    extension: "arrows",
    async *write(table, options) {
      const { writeArrow } = await import("./arrow.ts");
      yield* writeArrow(table, options);
    },
  },
];

/**
 * The format that an Accept header likes best; where several are liked alike, the first of ours.
 *
 * @returns null: none of them is acceptable
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.accept
 */
export function acceptedFormat(accept: string | undefined): Format | null {
  const ranges = accept === undefined || accept.trim() === "" ? [{ type: "*/*", quality: 1 }] : rangesOf(accept);
  const liked = FORMATS.map((format) => ({ format, quality: qualityOf(format.mediaType, ranges) }));
  const best = liked.reduce((a, b) => (b.quality > a.quality ? b : a));
  return best.quality > 0 ? best.format : null;
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function rangesOf(accept: string): readonly MediaRange[] {
  return accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

/** The range that says most of the type decides: `text/csv` before `text/*` before `*\/*`. */
function qualityOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const all = `${mediaType.slice(0, mediaType.indexOf("/"))}/*`;
  for (const type of [mediaType, all, "*/*"]) {
    const range = ranges.find((candidate) => candidate.type === type);
    if (range) return range.quality;
  }
  return 0;
}
