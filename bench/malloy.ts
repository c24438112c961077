import type { Figure } from "./report.ts";
export async function measureMalloy(_folder: string, _url: string): Promise<readonly Figure[]> {
  return [];
}
