import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "./build.ts";
import { Screen } from "./screen.ts";

const program = join(projectRoot, "dist", "kubectl-cilium_health.js");

export interface TerminalSetting {
  readonly columns: number;
  readonly rows: number;
  /** The home folder. */
  readonly folder: string;
}

/** The built program on a pseudo-terminal of this size, made by `script` of util-linux; what it prints is on `screen`. */
export class Terminal {
  readonly screen: Screen;
  readonly ended: Promise<number | null>;
  output = "";
  readonly #child: ChildProcess;
  #heard: () => void = () => undefined;

  constructor({ columns, rows, folder }: TerminalSetting, args: readonly string[]) {
    this.screen = new Screen(columns, rows);
    const command = [process.execPath, program, ...args].join(" ");
    const line = `stty cols ${columns} rows ${rows} -echo; exec ${command}`;
    const env = { PATH: process.env["PATH"], HOME: folder, TERM: "xterm-256color", LANG: "C.UTF-8" };
    this.#child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], { env });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      this.screen.write(text);
      this.#heard();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject).on("close", resolve);
    });
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Resolves once the screen shows this. */
  shows(wanted: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#heard = () => {
        if (wanted.test(this.screen.text)) resolve();
      };
      void this.ended.then((code) => reject(new Error(`it ended with ${code} before ${wanted}:\n${this.output}`)));
      this.#heard();
    });
  }
}
