/**
 * Words that Hourglass does not use, with the words that it uses instead. docs/glossary.md gives the meanings.
 * `start`: only at the beginning of a comment.
 */
const vocabulary = [
  {
    pattern: /^(?:of|what|who|such)\b/i,
    start: true,
    instead: 'begin with the thing or with an imperative verb',
  },
  {
    pattern: /\bwho(?:ever|m|mever)?\b/i,
    instead: 'name the subject: the client, the caller, the worker, the user',
  },
  { pattern: /\bthat which\b/i, instead: 'name the thing' },
  { pattern: /\bso (?:many|much)\b/i, instead: 'name the number' },
  {
    pattern: /\b(?:nobody|somebody|everybody|anybody)\b/i,
    instead: 'name the subject: no client, another worker',
  },
  { pattern: /\bwhose turn\b/i, instead: 'next in fair order' },
  { pattern: /\b(?:rings?|rang) (?:the )?(?:workers?|doorbell|again|once)\b/i, instead: 'wake' },
  { pattern: /\b(?:hears?|heard|answers?) (?:a|the|its|this) ring\b/i, instead: 'is woken' },
  { pattern: /\b(?:bring|brings|bringing|brought) in\b/i, instead: 'ingest, import' },
  { pattern: /\b(?:put|puts|putting) down\b/i, instead: 'insert, upsert, record' },
  { pattern: /\b(?:look|looks|looking|looked) after\b/i, instead: 'manage' },
  { pattern: /\b(?:hand|hands|handing|handed)(?: [a-z]+){0,2} back\b/i, instead: 'requeue, return' },
  { pattern: /\blong since\b/i, instead: 'already, or the time' },
  { pattern: /\bgood for\b/i, instead: 'restricted to, valid for' },
  { pattern: /\b(?:is|are|was|were) told\b/i, instead: 'receives, is notified' },
  { pattern: /\b(?:tell|tells|told) of\b/i, instead: 'reports' },
  { pattern: /\bof (?:our|his|her) own\b/i, instead: 'our own …, its own …' },
  { pattern: /\bcome(?:s)? about\b/i, instead: 'is produced' },
];

/** Each use of such a word in `pieces`, with the words to use instead. */
export function vocabularyFaults(pieces) {
  return pieces.flatMap(({ kind, text, line }) =>
    vocabulary.flatMap(({ pattern, start = false, instead }) => {
      const found = start && kind !== 'comment' ? null : pattern.exec(text);
      if (found === null) return [];
      const linesBefore = text.slice(0, found.index).split('\n').length - 1;
      return [{ line: line + linesBefore, message: `"${found[0]}"; expected: ${instead}` }];
    }),
  );
}
