import { catalogue, checkCatalogue } from "../src/analyse/catalogue.ts";
import { docsLinks } from "../src/analyse/docs.ts";
import type { Cause } from "../src/analyse/rule.ts";

const generated = `<!-- Made from the rules in src/analyse/rules and the checks in src/analyse/checks: change those, then rewrite this page with
     GOLDEN=write npx vitest run --project unit test/rules-page.test.ts -->`;

const intro = `A finding names a cause, the paths it explains, the evidence, and the next command. \`kubectl cilium-health explain RULE\`
prints what stands here, without a network. The ids are public: they are what \`--ignore RULE\` and \`--ignore RULE=NODE\`
take and what scripts read, and they do not change.`;

const making = `## How a finding is made

1. **Shapes.** The failing paths are folded into what fails together: everything, groups of nodes, one node both ways, to
   it or from it, a pair, one direction, an agent's own probes. Probes that fail on the same paths are one shape.
2. **Evidence.** Where something is wrong, the rules ask the suspects and one healthy node for a few read-only captures
   (\`--no-confirm\` leaves that out; \`kubectl cilium-health access\` lists every command).
3. **Rules**, in the order of this page. Each looks at the paths that no earlier one has claimed, so a path belongs to one
   finding at most, and a fault is not reported again as its own consequence. What is merely starting comes first, then
   views that are not to be trusted, who is in the cluster, addresses, policies, encryption, filters and routing.
4. **Rivals.** Where the facts leave several causes, one finding names the most probable and lists the others under \`or\`,
   each with what would tell it apart.
5. **Shapes again.** Where no cause fits, the shape itself is the finding: it says who does not reach whom, and no more.`;

const words = `## Words

| confidence | means |
|---|---|
| \`confirmed\` | a fact was read that decides |
| \`likely\` | the pattern of probes and settings fits this cause best, no deciding fact was read |
| \`possible\` | it fits, and others fit as well; a counter that was read once proves no more than this |

| severity | means |
|---|---|
| \`error\` | paths that pods or nodes need do not work |
| \`warning\` | the view is partial or wrong, or something fails that pods do not need |
| \`info\` | a state worth knowing; it fails no run unless \`--fail-on info\` asks for that |

The severity below is the usual one. A finding is milder where the facts show less harm, as with an agent that is being
rolled out. Commands below are in general words; a finding prints them with your context, namespace, pod and addresses.`;

const checkIntro = `## Checks

\`kubectl cilium-health check\` looks at these on every node and compares the nodes; a fault that a rule above names is shown
under the rule's id. Their ids are taken by \`explain\` and \`--ignore\` too. The severity is that of the worst line.`;

const leftOut = `## Left out

Every known cause has a rule. Three forms that occur only on Cilium 1.11 and older are not looked for:

| rule | form that is left out |
|---|---|
| health-checking-disabled | the text \`cilium-health daemon unreachable\` for switched-off checking, without cilium-config to tell it (cilium/cilium#17146) |
| health-endpoint-missing | no node having a health address because one address family is switched off, in 1.4 (cilium/cilium#7456) |
| ipv6-health-target-nil | every HTTP probe of an IPv6-only cluster timing out, an agent's own too, in 1.6 (cilium/cilium#7804) |

Beyond any rule's sight, because probes are small, go straight to nodes and health endpoints and use no Service:
namespaced policies, L7 proxies, DNS, egress gateways, and everything on the way out of the cluster.`;

/** docs/rules.md: one section a cause, whose heading and so whose anchor is the id, in the order of evaluation. */
export function rulesPage(): string {
  const sections = [
    "# Rules",
    generated,
    intro,
    making,
    words,
    "## The rules, as they are asked",
    contents("rule", catalogue),
    ...catalogue.map(section),
    leftOut,
    checkIntro,
    contents("check", checkCatalogue),
    ...checkCatalogue.map(section),
  ];
  return `${sections.join("\n\n")}\n`;
}

function contents(what: string, causes: readonly Cause[]): string {
  const rows = causes.map(({ id, severity, title }) => `| [${id}](#${id}) | ${severity} | ${prose(title)} |`);
  return [`| ${what} | severity | names |`, "|---|---|---|", ...rows].join("\n");
}

function section({ id, severity, title, meaning, apart, confirm, fix, docs }: Cause): string {
  return [
    `### ${id}`,
    `\`${severity}\` ${prose(title)}`,
    prose(meaning),
    `**Told apart by** ${prose(apart)}`,
    `**Confirm** ${prose(confirm)}`,
    `**Fix** ${prose(fix)}`,
    `**Page** <${docsLinks[docs]}>`,
  ].join("\n\n");
}

/** Text for Markdown: what stands in backticks is code and stays as it is. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[\\*_|[\]]/g, "\\$&").replaceAll("<", "&lt;")))
    .join("");
}
