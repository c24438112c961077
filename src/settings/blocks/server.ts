import { flag, listOf, mapping, type ShapeOf, text, wholeNumber } from "../../definition/index.ts";

const PORT = "a whole number from 0 to 65535";

const ORIGIN = "an origin without a path or *, such as https://bi.example.com";

export const SERVER = mapping("a mapping", {
  port: wholeNumber(PORT, 0)
    .max(65_535, { error: PORT })
    .optional()
    .meta({ description: "Where to listen; 0 takes a free port. Default 4000.", examples: [4000] }),
  host: text("an address, such as 127.0.0.1")
    .optional()
    .meta({ description: "Address to listen on. Default 127.0.0.1.", examples: ["127.0.0.1"] }),
  allow_anonymous: flag()
    .optional()
    .meta({ description: "Lets others than this machine in though nobody has to say who they are. Default false." }),
  cors_origins: listOf(
    "a list of origins",
    text(ORIGIN).regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, { error: ORIGIN }),
  )
    .optional()
    .meta({
      description: "Web sites whose pages may read answers, with a token. Default none.",
      examples: [["https://bi.example.com"]],
    }),
}).meta({ description: "The server." });

export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  readonly allowAnonymous: boolean;
  readonly corsOrigins: readonly string[];
}

export function serverFrom(shape: ShapeOf<typeof SERVER> = {}): ServerSettings {
  return {
    port: shape.port ?? 4000,
    host: shape.host ?? "127.0.0.1",
    allowAnonymous: shape.allow_anonymous ?? false,
    corsOrigins: shape.cors_origins ?? [],
  };
}
