import { useEffect, useRef, useState } from 'react';
import { useSearchShortcut } from '../../parts/shortcuts.tsx';
import { nextHit } from '../../rows/find-rows.ts';
import { useTexts } from '../../text/texts.tsx';
import type { FoundRows } from './use-found-rows.ts';

interface FindBoxProps {
  readonly found: FoundRows;
  /** The place of the cursor in the table. */
  readonly place: number;
  readonly onText: (text: string) => void;
  readonly onHit: (place: number) => void;
}

/** Finds a text in the rows: `/` focuses it, Enter goes to the next hit and Shift+Enter to the one before. */
export function FindBox({ found, place, onText, onHit }: FindBoxProps) {
  const { t } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useSearchShortcut(input);
  const go = useGo({ found, place, onHit });
  return (
    <div className="find" role="search">
      <HitCount found={found} place={place} isAsked={text.trim() !== ''} />
      <input
        ref={input}
        type="search"
        value={text}
        aria-label={t('find.label')}
        placeholder={t('find.placeholder')}
        aria-keyshortcuts="/"
        onChange={({ target, nativeEvent }) => {
          setText(target.value);
          // The letters of an input method are no words yet.
          if (!(nativeEvent instanceof InputEvent && nativeEvent.isComposing)) onText(target.value);
        }}
        onCompositionEnd={({ currentTarget }) => onText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          go(event.shiftKey ? -1 : 1);
        }}
      />
      {([-1, 1] as const).map((direction) => (
        <button
          key={direction}
          type="button"
          className="button small"
          aria-label={t(direction === 1 ? 'find.next' : 'find.previous')}
          disabled={found.hits.length === 0}
          onClick={() => go(direction)}
        >
          {direction === 1 ? '↓' : '↑'}
        </button>
      ))}
    </div>
  );
}

type Direction = 1 | -1;

/** Goes to the next hit. When it is asked sooner than there are hits, it goes once they are found. */
function useGo({ found, place, onHit }: Omit<FindBoxProps, 'onText'>): (direction: Direction) => void {
  const { hits, isSearching } = found;
  const asked = useRef<Direction | null>(null);
  const go = (direction: Direction) => {
    const hit = hits[nextHit(hits, place, direction)];
    asked.current = hit === undefined && isSearching ? direction : null;
    if (hit !== undefined) onHit(hit);
  };
  useEffect(() => {
    if (asked.current !== null) go(asked.current);
  });
  return go;
}

interface HitCountProps extends Pick<FindBoxProps, 'found' | 'place'> {
  readonly isAsked: boolean;
}

function HitCount({ found: { hits, isSearching }, place, isAsked }: HitCountProps) {
  const { t, tag } = useTexts();
  const number = new Intl.NumberFormat(tag);
  const current = hits.indexOf(place);
  const shown = {
    current: number.format(current + 1),
    count: hits.length,
    total: number.format(hits.length),
  };
  return (
    <span className="find-count hint" role="status">
      {isSearching && t('find.searching')}
      {isAsked && !isSearching && t(current === -1 ? 'find.hits' : 'find.hit', shown)}
    </span>
  );
}
