/** Terminal output as a page that looks like a dark terminal: the escape sequences that our theme uses, nothing more. */
export function terminalPage(command: string, text: string): string {
  return `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#0000}
main{display:inline-block;background:#14191f;color:#dde4ea;padding:18px 24px;border-radius:10px;font:15px/1.32 "DejaVu Sans Mono",monospace;white-space:pre}
.b{font-weight:700}.d{opacity:.6}.c31{color:#ff7b62}.c32{color:#8fd08a}.c33{color:#f0c94c}.c36{color:#6fc9dc}.prompt{color:#8fd08a}
</style><main><span class="prompt">$</span> ${escaped(command)}\n${spans(text)}</main>`;
}

const names: Readonly<Record<string, string>> = { 1: "b", 2: "d", 31: "c31", 32: "c32", 33: "c33", 36: "c36" };
const ends: Readonly<Record<string, readonly string[]>> = { 22: ["b", "d"], 39: ["c31", "c32", "c33", "c36"] };

function spans(text: string): string {
  let on: string[] = [];
  return text
    .trimEnd()
    .split(new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`))
    .map((part, at) => {
      if (at % 2 === 0)
        return on.length === 0 ? escaped(part) : `<span class="${on.join(" ")}">${escaped(part)}</span>`;
      const name = names[part];
      on = name === undefined ? on.filter((one) => !(ends[part] ?? []).includes(one)) : [...on, name];
      return "";
    })
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
