/** The section of a version, without its heading, or why there is none to publish. */
export function releaseNotes(
  changelog: string,
  version: string,
): { readonly text: string } | { readonly problem: string } {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((one) => one.split(/\s/, 1)[0] === version);
  if (section === undefined) return { problem: `CHANGELOG.md has no section for ${version}` };
  const [heading = "", ...lines] = section.split("\n");
  if (!/^\S+ \(\d{4}-\d{2}-\d{2}\)$/.test(heading.trim())) {
    return { problem: `CHANGELOG.md gives ${version} no date: "## ${heading.trim()}"` };
  }
  const text = lines.join("\n").trim();
  return text === "" ? { problem: `CHANGELOG.md says nothing about ${version}` } : { text: `${text}\n` };
}
