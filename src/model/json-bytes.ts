/** JSON's marks as bytes, for whoever walks over a reply without decoding it. */
export const quote = 0x22;
export const comma = 0x2c;
export const colon = 0x3a;
export const backslash = 0x5c;
export const newline = 0x0a;
export const brace = 0x7b;
export const braceEnd = 0x7d;
export const bracket = 0x5b;
export const bracketEnd = 0x5d;
