/** Appends a sentence to a text that may itself end as one: `…did you mean "a"? Reading stopped here`. */
export function thenSentence(text: string, sentence: string): string {
  return /[.?!]$/.test(text) ? `${text} ${sentence}` : `${text}. ${sentence}`;
}
