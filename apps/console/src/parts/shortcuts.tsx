import {
  createContext,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react';
import type { TextKey } from '../text/languages.ts';
import { useTexts } from '../text/texts.tsx';
import { isPressed, keyNames, needsModifier } from './shortcut-keys.ts';

export interface Shortcut {
  /** One key as `KeyboardEvent.key` has it, such as `/`, or one with `Mod+`, such as `Mod+Enter`. */
  readonly keys: string;
  /** Names the effect in the list of shortcuts. */
  readonly text: TextKey;
  readonly run: () => void;
}

interface Shortcuts {
  /** Returns the function that ends the shortcut. */
  readonly add: (shortcut: Shortcut) => () => void;
  readonly showList: () => void;
}

const ShortcutsContext = createContext<Shortcuts | null>(null);
const storageKey = 'hourglass.shortcuts';
const off = 'off';

/** Runs the shortcuts of the shown components, and lists them at `?`. */
export function ShortcutsProvider({ children }: { readonly children: ReactNode }) {
  const added = useRef(new Set<Shortcut>());
  const [listed, setListed] = useState<readonly Shortcut[] | null>(null);
  const shortcuts = useMemo<Shortcuts>(
    () => ({
      add(shortcut) {
        added.current.add(shortcut);
        return () => added.current.delete(shortcut);
      },
      showList: () => setListed([...added.current]),
    }),
    [],
  );
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      const all = [{ keys: '?', run: shortcuts.showList }, ...[...added.current].toReversed()];
      const pressed = all.find(({ keys }) => isPressed(keys, event));
      if (
        pressed === undefined ||
        (!needsModifier(pressed.keys) && (isOff() || isTyping(event.composedPath()[0])))
      )
        return;
      event.preventDefault();
      pressed.run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [shortcuts]);
  return (
    <ShortcutsContext value={shortcuts}>
      {children}
      {listed !== null && <ShortcutList shortcuts={listed} onClose={() => setListed(null)} />}
    </ShortcutsContext>
  );
}

/** Adds a shortcut while the component is shown; of equal keys those of the newest component count. */
export function useShortcut({ keys, text, run }: Shortcut): void {
  const { add } = useShortcuts();
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => add({ keys, text, run: () => latest.current() }), [add, keys, text]);
}

/** Focuses the search of a page at `/`. */
export function useSearchShortcut(search: RefObject<HTMLElement | null>): void {
  useShortcut({ keys: '/', text: 'shortcuts.search', run: () => search.current?.focus() });
}

export function useShortcuts(): Shortcuts {
  const shortcuts = useContext(ShortcutsContext);
  if (shortcuts === null) throw new Error('unreachable: no ShortcutsProvider');
  return shortcuts;
}

/** Speech control and trembling hands press single keys by accident, so they can be turned off (WCAG 2.1.4). */
function isOff(): boolean {
  return localStorage.getItem(storageKey) === off;
}

/** The target within a shadow root, too. */
function isTyping(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select')
  );
}

function ShortcutList({
  shortcuts,
  onClose,
}: {
  readonly shortcuts: readonly Shortcut[];
  readonly onClose: () => void;
}) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const all = [
    ...shortcuts.map(({ keys, text }) => [keys, t(text)] as const),
    ['?', t('shortcuts.list')],
    ['Tab', t('shortcuts.tab')],
    ['Esc', t('shortcuts.escape')],
  ] as const;
  return (
    <dialog ref={dialog} className="popup dialog" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{t('shortcuts.title')}</h2>
      <dl className="shortcuts">
        {[...new Map(all)].map(([keys, name]) => (
          <div key={keys}>
            <dt>
              {keyNames(keys, navigator.userAgent.includes('Mac OS')).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <SingleKeysSwitch />
      <form method="dialog" className="dialog-actions">
        <button className="button" type="submit">
          {t('shortcuts.close')}
        </button>
      </form>
    </dialog>
  );
}

function SingleKeysSwitch() {
  const { t } = useTexts();
  const [isOn, setOn] = useState(() => !isOff());
  const choose = (chosen: boolean) => {
    if (chosen) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, off);
    setOn(chosen);
  };
  return (
    <label className="check">
      <input type="checkbox" checked={isOn} onChange={({ target }) => choose(target.checked)} />
      <span>{t('shortcuts.single')}</span>
    </label>
  );
}
