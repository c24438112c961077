import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuditLog, refusedCredential } from "../audit/index.ts";
import type { Quotas } from "../engine/index.ts";
import { AuthenticationError, type Authenticator, OPERATOR, type Principal } from "../identity/index.ts";
import type { RequestWatch } from "../telemetry/index.ts";
import { createFailedAttempts } from "./failed-attempts.ts";
import { type Fail, fail } from "./reply.ts";

/** Who is let in, the same at every door. */
export interface Admission {
  /** Who asks, told by the Authorization header alone; null: they have been answered. */
  readonly principalOf: (
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    say?: Fail,
  ) => Promise<Principal | null>;
  /** Who asks, if they may now; null: they have been answered. */
  readonly admit: (
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    say: Fail,
    consumer: string,
  ) => Promise<Principal | null>;
  /** Whether the audit log can be written; false: it has been answered. */
  readonly canRecord: (res: ServerResponse, say: Fail) => Promise<boolean>;
  /**
   * The application that asks, for counts and costs.
   *
   * @param door What stands for those that do not name themselves.
   */
  readonly consumerOf: (req: IncomingMessage, door: string) => string;
}

export interface AdmissionOptions {
  /** Tells who asks; without it everybody is the operator, and a credential is refused instead of being taken for none. */
  readonly authenticator?: Authenticator;
  /** Applications that may name themselves in the header `Assay-Consumer`. */
  readonly consumers?: readonly string[];
  /** Where refused credentials are recorded; while it cannot be written and must be, nothing is answered. */
  readonly audit?: AuditLog;
  /** How many requests each principal may make; the same that the engine counts questions with. */
  readonly quotas?: Quotas;
}

export function createAdmission({ authenticator, consumers = [], audit, quotas }: AdmissionOptions): Admission {
  const failedAttempts = createFailedAttempts();

  async function principalOf(
    req: IncomingMessage,
    res: ServerResponse,
    watch: RequestWatch,
    say: Fail = fail,
  ): Promise<Principal | null> {
    const { authorization } = req.headers;
    if (!authenticator && authorization === undefined) return OPERATOR;
    try {
      // Looked at only where there is one: this takes all headers apart once more.
      const [, another] = authorization === undefined ? [] : (req.headersDistinct["authorization"] ?? []);
      // Whatever stands in front of us may have looked at the other one.
      if (another !== undefined) throw new AuthenticationError("there are several credentials");
      if (!authenticator) throw new AuthenticationError("No identity is configured.");
      return await authenticator.authenticate(authorization);
    } catch (thrown) {
      if (!(thrown instanceof AuthenticationError)) throw thrown;
      const retryAfterSeconds = failedAttempts.count(req.socket.remoteAddress ?? "");
      if (retryAfterSeconds !== null) {
        say(res, 429, "RATE_LIMITED", "Too many credentials were refused.", {
          "retry-after": String(retryAfterSeconds),
        });
        return null;
      }
      watch.log("warn", "A credential was refused.", { reason: thrown.reason });
      await audit?.append(refusedCredential(thrown.reason)).catch(() => {});
      say(res, 401, "UNAUTHENTICATED", thrown.message, { "www-authenticate": "Bearer" });
      return null;
    }
  }

  return {
    principalOf,
    async admit(req, res, watch, say, consumer) {
      watch.step("auth");
      const principal = await principalOf(req, res, watch, say);
      if (principal) watch.asks(principal, consumer);
      const refused = principal && quotas?.refuseRequest(principal);
      if (!refused) return principal;
      const { refusal, retryAfterSeconds } = refused;
      say(res, 429, refusal.code, refusal.message, { "retry-after": String(retryAfterSeconds) });
      return null;
    },
    async canRecord(res, say) {
      try {
        await audit?.ready();
        return true;
      } catch {
        say(res, 503, "AUDIT_UNAVAILABLE", "The audit log cannot be written now.", { "retry-after": "10" });
        return false;
      }
    },
    consumerOf(req, door) {
      // Only names that are known, so that callers cannot make labels.
      const named = req.headers["assay-consumer"];
      return typeof named === "string" && consumers.includes(named) ? named : door;
    },
  };
}

/** The role made for watching the server. */
export const MONITORING = "monitoring";

/** Whether somebody may read what is told of the server itself: names of metrics, what they cost, where definitions are broken. */
export function mayMonitor(principal: Principal): boolean {
  return principal.kind === "operator" || principal.roles.includes(MONITORING);
}
