import { getRawAsset } from "node:sea";
import { start } from "../src/main.ts";

/** The entry of the self-contained binary. It carries its own Node, so no version is checked; the scenarios are inside. */
void start(new Uint8Array(getRawAsset("scenarios")));
