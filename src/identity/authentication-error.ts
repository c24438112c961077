/** Nobody is let in. Callers learn the message, which tells nothing; `reason` and `cause` are for the log. */
export class AuthenticationError extends Error {
  override readonly name = "AuthenticationError";
  readonly code = "UNAUTHENTICATED";
  /** What was wrong, in our words: holds nothing that the caller wrote. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super("The credentials are missing or not valid.", options);
    this.reason = reason;
  }
}
