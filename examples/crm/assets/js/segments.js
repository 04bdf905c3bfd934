// How Twilio cuts a text into SMS; the same as messaging/segments.rs, which a test compares.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");

export const LIMIT = 1600;

const gsm = (character) => (BASIC.has(character) ? 1 : EXTENSION.has(character) ? 2 : 0);

/** What becomes of a text: its encoding, how many SMS, units, what is left, what made it UCS-2. */
export function count(text) {
  const characters = [...text];
  const position = characters.findIndex((character) => gsm(character) === 0);
  const isUcs2 = position >= 0;
  const units = (character) => (isUcs2 ? character.length : gsm(character));
  const [alone, each] = isUcs2 ? [70, 67] : [160, 153];
  const total = characters.reduce((sum, character) => sum + units(character), 0);
  let [segments, left] = [Math.min(total, 1), alone - total];
  if (total > alone) {
    [segments, left] = [1, each];
    for (const character of characters) {
      const needed = units(character);
      if (needed > left) [segments, left] = [segments + 1, each];
      left -= needed;
    }
  }
  return {
    encoding: isUcs2 ? "UCS-2" : "GSM-7", segments, units: total, left, length: text.length,
    culprit: isUcs2 ? { character: characters[position], position } : null,
  };
}

/** The same in words, for whoever writes. */
export function describe(text) {
  const { encoding, segments, units, left, length, culprit } = count(text);
  if (length === 0) return "";
  if (length > LIMIT) return `${length}/${LIMIT} · too long to send`;
  const sms = `${units}/${units + left} · ${encoding === "UCS-2" ? "UCS-2 · " : ""}${segments} SMS`;
  return culprit ? `${sms}, because of “${culprit.character}”` : sms;
}
