const shortNames: ReadonlyMap<string, string> = new Map([
  ['organizations', 'o'],
  ['environments', 'e'],
]);

/** A path of the route table and its short forms, which older Edge clients use, also one in long and one in short. */
export function pathForms(path: string): string[] {
  let forms = [''];
  for (const segment of path.split('/').slice(1)) {
    const short = shortNames.get(segment);
    const names = short === undefined ? [segment] : [segment, short];
    forms = forms.flatMap((form) => names.map((name) => `${form}/${name}`));
  }
  return forms;
}
