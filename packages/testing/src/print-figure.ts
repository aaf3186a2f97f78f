/** Prints figures for the documents. */
export function printFigure(title: string, figures: Readonly<Record<string, string | number>>): void {
  const listed = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`figure: ${title}: ${listed.join(', ')}\n`);
}
