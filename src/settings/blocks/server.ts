import { duration, flag, listOf, mapping, type ShapeOf, text, wholeNumber } from "../../definition/index.ts";

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
  drain: mapping("a mapping", {
    delay: duration("0 ms", "10 min")
      .optional()
      .meta({
        description:
          "How long it goes on answering after it was told to stop, no longer ready: as long as a load balancer takes to notice. Default 250 ms.",
        examples: ["10 s"],
      }),
    grace: duration("0 ms", "1 h")
      .optional()
      .meta({ description: "How long requests under way may take after that. Default 10 s.", examples: ["30 s"] }),
  })
    .optional()
    .meta({ description: "How the server ends on SIGTERM and SIGINT." }),
}).meta({ description: "The server." });

export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  readonly allowAnonymous: boolean;
  readonly corsOrigins: readonly string[];
  readonly drain: { readonly delayMs: number; readonly graceMs: number };
}

export function serverFrom(shape: ShapeOf<typeof SERVER> = {}): ServerSettings {
  return {
    port: shape.port ?? 4000,
    host: shape.host ?? "127.0.0.1",
    allowAnonymous: shape.allow_anonymous ?? false,
    corsOrigins: shape.cors_origins ?? [],
    drain: { delayMs: shape.drain?.delay ?? 250, graceMs: shape.drain?.grace ?? 10_000 },
  };
}
