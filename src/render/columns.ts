import Table from "cli-table3";

const nothing = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "   ",
};

/** Columns as kubectl prints them: upper-case headings, three blanks between, no lines, no blanks at the end; headings over nothing are left out. */
export function columns(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const table = new Table({
    head: [...headings],
    chars: nothing,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push([...row]);
  const text = table.toString();
  return text === "" ? [] : text.split("\n").map((line) => line.trimEnd());
}
