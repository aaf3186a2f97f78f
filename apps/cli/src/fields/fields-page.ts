import type { Catalogue } from '@hourglass/query/catalogue';
import { fieldTables, type FieldTable } from './field-tables.ts';

const introduction = `# Fields

This page is generated from the catalogue: \`npx hourglass fields --markdown\`. A test compares both.

Every fact also has a \`timestamp\`. \`Source\` is where a value comes from: \`fact\` means that facts carry the
field. The first of the functions is the default. Types are those of
[custom fields](api-custom-fields.md); FLOAT amounts are exact decimals. Each environment can add custom fields.
\`GET …/analytics/admin/schemav2?type=fact\` lists both for an environment.
`;

/** Returns \`docs/reference/fields.md\`. */
export function fieldsPage(catalogue: Catalogue): string {
  const sections = [...catalogue.values()].map((dataset) => {
    const tables = fieldTables(dataset).map(markdownTable);
    return [`## ${dataset.name}`, ...tables].join('\n\n');
  });
  return `${[introduction.trimEnd(), ...sections].join('\n\n')}\n`;
}

function markdownTable({ title, columns, rows }: FieldTable): string {
  const cells = [columns, ...rows.map(([name = '', ...rest]) => [`\`${name}\``, ...rest])].map((row) =>
    row.map((cell) => cell.replaceAll('|', String.raw`\|`)),
  );
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [`### ${title}`, '', line(head), rule, ...body.map(line)].join('\n');
}
