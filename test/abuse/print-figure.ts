/** Prints what an attack reached beside its bound. `npm run test:abuse` is read for these lines. */
export function printFigure(attack: string, { found, bound }: { found: string; bound: string }): void {
  console.info(`abuse: ${attack}: ${found}; bound ${bound}`);
}
