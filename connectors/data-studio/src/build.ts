import type { BuildSettings } from "./build-settings.ts";

/** esbuild puts the settings of this deployment here. */
declare const BUILD_SETTINGS: BuildSettings;

export const BUILD: BuildSettings = BUILD_SETTINGS;
