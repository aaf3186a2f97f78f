/** Sets a text member; an empty text removes it, because the API takes absent ones as their default. */
export function withText<Whole extends object>(whole: Whole, name: keyof Whole, text: string): Whole {
  const { [name]: _removed, ...rest } = whole;
  return (text === '' ? rest : { ...whole, [name]: text }) as Whole;
}
