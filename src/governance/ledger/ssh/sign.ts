import { spawn } from "node:child_process";

/** Why there is no signature: in words for who asked, with a way out. */
export class SigningError extends Error {}

/** The namespace of everything that is signed here: a signature of a commit is not one of these. */
export const NAMESPACE = "metric-certification";

/**
 * Signs a text with `ssh-keygen`, which asks for a passphrase or for a touch where it has to.
 *
 * @param key Path of a private key, or of a public key whose private half an agent holds.
 * @returns `-----BEGIN SSH SIGNATURE-----…`, with a line break at its end.
 * @throws SigningError
 */
export async function signText(text: string, key: string): Promise<string> {
  const { code, output, errors } = await keygen(["-Y", "sign", "-n", NAMESPACE, "-f", key], text);
  if (code === 0 && output.startsWith("-----BEGIN SSH SIGNATURE-----")) return output;
  const why = errors.trim().split("\n").at(-1) ?? "";
  throw new SigningError(
    `ssh-keygen did not sign with the key ${key}: ${why || `it ended with ${code}`}. ` +
      "Name a private key, or a public key whose private half is in the agent (ssh-add -l lists those).",
  );
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function keygen(args: readonly string[], input: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh-keygen", args, { stdio: ["pipe", "pipe", "pipe"], shell: false });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.on("error", (cause) => {
      reject(
        new SigningError("ssh-keygen, which makes the signatures, cannot be run: install OpenSSH 8.1 or later.", {
          cause,
        }),
      );
    });
    child.on("close", (code) => {
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() });
    });
    // It may end before it reads anything, and says why itself.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
