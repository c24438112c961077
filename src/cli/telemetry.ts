import { otlpFrom, SettingError } from "../settings/index.ts";
import { bufferedStandardError, createTelemetry, openTracer, type Telemetry } from "../telemetry/index.ts";
import type { Arguments } from "./arguments.ts";
import { settingsFailure, settingsFor } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** What a server tells those who run it, as the settings say. @throws CommandFailure where they name what is not there */
export async function openChosenTelemetry(args: Arguments<"config">, terminal: Terminal): Promise<Telemetry> {
  const { telemetry } = settingsFor(args, terminal);
  try {
    const otlp = otlpFrom(telemetry, terminal.env);
    return createTelemetry({
      logLevel: telemetry.log_level ?? "info",
      sink: bufferedStandardError(),
      ofProcess: true,
      ...(otlp && { tracer: await openTracer(otlp) }),
    });
  } catch (thrown) {
    if (thrown instanceof SettingError) throw settingsFailure([thrown.diagnostic]);
    throw thrown;
  }
}
