const maxQuotedLength = 60;

/**
 * Quotes a client's text for a message: escapes control characters and cuts the text after 60
 * characters.
 */
export function quoted(text: string): string {
  return JSON.stringify(text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text);
}
