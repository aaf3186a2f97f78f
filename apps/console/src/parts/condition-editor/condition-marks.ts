import { StateEffect, StateField, type EditorState, type Extension, type Range } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import { filterTokens, type FilterToken } from '../../report/filter-tokens.ts';

/** Marks the token at this index as the fault; null: none. */
export const markFault = StateEffect.define<number | null>();

const keywords = new Set(
  'eq ne gt ge lt le in notin not like similar to is isnot null and or true false'.split(' '),
);

/** Colours of the tokens, and the mark of the fault. */
export const conditionMarks: Extension = StateField.define<{ faultAt: number | null; marks: DecorationSet }>({
  create: (state) => ({ faultAt: null, marks: marksOf(state, null) }),
  update(value, { state, docChanged, effects }) {
    const effect = effects.find((each) => each.is(markFault));
    // A position is that of the text which the API has read.
    const faultAt = effect === undefined ? (docChanged ? null : value.faultAt) : effect.value;
    return docChanged || faultAt !== value.faultAt ? { faultAt, marks: marksOf(state, faultAt) } : value;
  },
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

function marksOf(state: EditorState, faultAt: number | null): DecorationSet {
  const tokens = filterTokens(state.doc.toString());
  const marks = tokens.map((token) => mark(`token-${kindOf(token)}`, token.from, token.to));
  const fault = faultAt === null ? [] : faultMark(tokens, faultAt);
  return Decoration.set([...marks, ...fault], true);
}

/** A fault at the end has no token: then the last one is marked. */
function faultMark(tokens: readonly FilterToken[], at: number): Range<Decoration>[] {
  const token = tokens.find(({ from, to }) => from <= at && at < to) ?? tokens.at(-1);
  return token === undefined ? [] : [mark('fault', token.from, token.to)];
}

function mark(name: string, from: number, to: number): Range<Decoration> {
  return Decoration.mark({ class: name }).range(from, to);
}

function kindOf({ kind, text }: FilterToken): string {
  return kind === 'word' && keywords.has(text.toLowerCase()) ? 'keyword' : kind;
}
