import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, BlockList, isIP } from "node:net";
import { type Arguments, one } from "./arguments.ts";
import { CommandFailure, EXIT, unusable } from "./failure.ts";
import { settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * @throws CommandFailure for an address that others can reach while nobody has to say who they are, and for settings that
 *   say both that they have to and that they need not.
 */
export function addressFrom(args: Arguments<"port" | "host" | "config">, terminal: Terminal): Address {
  const { server, identity, origins } = settingsFor(args, terminal);
  if (identity && server.allowAnonymous) {
    const origin = origins.get("server.allow_anonymous");
    const message = `"server.allow_anonymous" (${origin}) and "identity" contradict each other: with identity everyone has to say who they are.`;
    throw new CommandFailure(EXIT.unusable, "INVALID_SETTINGS", message, { help: "take one of the two away" });
  }
  const port = one(args, "port") ?? String(server.port);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw unusable(`The port must be a number from 0 to 65535, not "${port}".`);
  const host = one(args, "host") ?? server.host;
  if (!isLoopback(host) && !identity && !server.allowAnonymous) {
    const message = `Will not listen on ${host}: no identity is configured, so everyone who reaches it would see every row.`;
    throw new CommandFailure(EXIT.unusable, "ANONYMOUS_REFUSED", message, {
      help: "listen on 127.0.0.1, configure identity (docs/settings.md), or set ALLOW_ANONYMOUS=true or the setting server.allow_anonymous where the network itself is guarded",
    });
  }
  return { host, port: Number(port) };
}

/** A name other than localhost may come to mean any address, so it counts as reachable. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return host === "localhost" || (version !== 0 && LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4"));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** @returns the URL under which this machine reaches it. */
export async function listen(server: Server, { host, port }: Address): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error, { host, port });
  }
  const bound = server.address();
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${isAddressInfo(bound) ? bound.port : port}`;
}

function listenFailure(error: unknown, { host, port }: Address): CommandFailure {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "EADDRINUSE") {
    return unusable(
      `Port ${port} on ${host} is in use by another program.`,
      "choose another: --port 4001, or PORT=4001",
    );
  }
  if (code === "EACCES")
    return unusable(`Port ${port} may not be used without special rights.`, "choose one from 1024: --port 4000");
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return unusable(`This machine has no address "${host}".`, "--host 127.0.0.1 always works");
  return unusable(`Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`);
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
