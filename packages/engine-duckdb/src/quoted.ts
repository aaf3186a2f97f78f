/**
 * Quotes an identifier. Names come from the catalogue and from custom fields, whose names are
 * identifiers.
 */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
