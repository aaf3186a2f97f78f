import { visible } from './visible.ts';

const maxQuotedLength = 60;

/**
 * Quotes a client's text for a message. Cuts it after 60 characters, and shows invisible characters by
 * code point.
 */
export function quoted(text: string): string {
  return JSON.stringify(visible(text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text));
}
