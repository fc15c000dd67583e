export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const tag = /<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/gy;
const text = /(?:[^<&>]|&(?:amp|lt|gt|quot|apos);)+/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u;

/** The elements of an XML document, in order. Throws where it is not well-formed. */
export function elementsOf(xml: string): XmlElement[] {
  if (forbidden.test(xml)) throw new Error("a character that XML 1.0 does not know");
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(head)) throw new Error("no declaration");
  const elements: XmlElement[] = [];
  const open: string[] = [];
  for (let at = head.length; at < xml.length; ) {
    text.lastIndex = at;
    tag.lastIndex = at;
    const said = text.exec(xml);
    const found = said === null ? tag.exec(xml) : null;
    if (said !== null) at = text.lastIndex;
    else if (found === null) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    else {
      const [, closing, name = "", attributes = "", empty] = found;
      at = tag.lastIndex;
      if (closing === "/") {
        if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      } else {
        elements.push({ name, attributes: attributesOf(attributes) });
        if (empty !== "/") open.push(name);
      }
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return elements;
}

function attributesOf(words: string): Record<string, string> {
  const pairs = [...words.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value] as const);
  const names = pairs.map(([name]) => name);
  if (new Set(names).size < names.length) throw new Error(`an attribute stands twice: ${words}`);
  return Object.fromEntries(pairs);
}
