/** Marks a switch as total: a new variant stops compiling where it is not handled. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected variant: ${JSON.stringify(value)}`);
}
