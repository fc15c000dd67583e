/** One policy routing rule of `ip rule`; its text with single blanks. */
export interface RoutingRule {
  readonly priority: number;
  /** `main`, `local`, `2004`, …; "" for a rule that names none. */
  readonly table: string;
  /** True when it applies to every packet: `from all` and nothing else. */
  readonly plain: boolean;
  readonly text: string;
}

export function readRoutingRules(text: string): RoutingRule[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d{1,10}):\s+(\S.*)$/.exec(line.trimEnd());
    if (match?.[2] === undefined) return [];
    const words = match[2].split(/\s+/);
    const at = words.findIndex((word) => word === "lookup" || word === "table");
    const selector = (at < 0 ? words : words.slice(0, at)).join(" ");
    return [
      {
        priority: Number(match[1]),
        table: at < 0 ? "" : (words[at + 1] ?? ""),
        plain: selector === "from all",
        text: line.trim().replaceAll(/\s+/g, " "),
      },
    ];
  });
}

/** Without `from all lookup local` no packet is taken for the node itself; null when the text holds no rules. */
export function hasLocalLookup(rules: readonly RoutingRule[]): boolean | null {
  if (rules.length === 0) return null;
  return rules.some(({ plain, table }) => plain && (table === "local" || table === "255"));
}

/** Rules of nm-cloud-setup: priorities 30200 to 30999 into tables of such numbers (NetworkManager, nm-cloud-setup). */
export function cloudSetupRules(rules: readonly RoutingRule[]): RoutingRule[] {
  return rules.filter(
    ({ priority, table }) => isCloudSetup(priority) && (isCloudSetup(Number(table)) || table === "main"),
  );
}

function isCloudSetup(number: number): boolean {
  return number >= 30_200 && number <= 30_999;
}
