import type { Certification, CertificationStatus } from "../../src/catalog/index.ts";

/** As signed events might have made it. */
export function certification(status: CertificationStatus): Certification {
  return {
    status,
    approvalMode: "sshsig",
    fingerprint: `fp/1:sha256:${"0".repeat(64)}`,
    certifiedAt: "2026-01-01",
    expiresAt: "2026-06-30",
    reason: "because a test says so",
    history: [],
  };
}
