/** Verdict, coverage, pair counts and findings. */
export const headScript = String.raw`
byId("verdict").textContent = data.verdict;
byId("verdict").className = data.verdict;
byId("cluster").textContent = data.cluster;
document.title = data.verdict + ": " + data.cluster;
byId("headline").textContent = data.headline;
byId("lines").append(...data.lines.map((text) => make("p", { text })));
byId("foot").textContent = data.foot;

const statusWords = ["reachable", "unreachable", "unknown", "stale", "off", "unasked", "total"];
byId("pairs").append(
  make("caption", { class: "hidden", text: "Ordered node pairs by status" }),
  make("thead", {}, make("tr", {}, make("th", { scope: "col", text: "Path" }), ...statusWords.map((text) => make("th", { scope: "col", class: "count", text })))),
  make("tbody", {}, ...["host", "endpoint"].map((target) =>
    make("tr", {}, make("th", { scope: "row", text: target }), ...statusWords.map((word) => make("td", { class: "count", text: String(data.pairs[target][word]) }))))),
);

function copyButton(text) {
  const button = make("button", { type: "button", text: "Copy", "aria-label": "Copy the command " + text });
  const done = (word) => {
    button.textContent = word;
    for (const event of ["blur", "pointerleave"]) button.addEventListener(event, () => { button.textContent = "Copy"; }, { once: true });
  };
  button.addEventListener("click", () => {
    const select = () => {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      done(document.execCommand("copy") ? "Copied" : "Selected");
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => done("Copied"), select);
    else select();
  });
  return button;
}
function command(text, expect) {
  return make("div", {}, make("div", { class: "command" }, make("code", { text }), copyButton(text)), expect ? make("p", { class: "soft", text: expect }) : "");
}
function labelled(label, items) {
  return items.length === 0 ? [] : [make("dt", { text: label }), make("dd", {}, ...items)];
}
function findingCard(finding, at) {
  const show = finding.claims ? make("button", { type: "button", class: "show", text: "Show on the map", "aria-pressed": "false", "data-finding": String(at), on: { click: () => showFinding(at) } }) : "";
  const docs = /^https:\/\//.test(finding.docs) ? [make("a", { href: finding.docs, rel: "noreferrer noopener", text: finding.docs })] : [];
  const paragraphs = (texts) => texts.map((text) => make("p", { text }));
  return make("details", { class: "card", id: "finding-" + at, open: at === 0 },
    make("summary", {}, make("span", { class: finding.severity, text: finding.severity }), "  ", make("strong", { text: finding.id }), make("span", { class: "soft", text: "  (" + finding.confidence + (finding.ignored ? ", ignored" : "") + ")  " }), make("span", { text: finding.title })),
    make("dl", {},
      ...labelled("because", paragraphs(finding.because)),
      ...labelled("or", paragraphs(finding.or)),
      ...labelled("confirm", finding.confirm.map((one) => command(one.command, one.expect))),
      ...labelled("fix", [...paragraphs(finding.fix ? [finding.fix] : []), ...docs])),
    show);
}
const firstFindings = data.findings.slice(0, 20).map(findingCard);
byId("findings").append(...(firstFindings.length === 0 ? [make("p", { class: "soft", text: data.noFinding })] : firstFindings));
// On paper nothing can be opened.
addEventListener("beforeprint", () => { for (const card of document.querySelectorAll("details")) card.open = true; });
if (data.findings.length > 20) {
  const rest = make("button", { type: "button", text: "Show " + (data.findings.length - 20) + " more findings", on: { click: () => {
    rest.replaceWith(...data.findings.slice(20).map((finding, at) => findingCard(finding, at + 20)));
  } } });
  byId("findings").append(rest);
}
`;
