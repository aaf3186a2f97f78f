import type { SessionView } from '@hourglass/contract';
import { useState } from 'react';
import { useSessionActions } from '../api/session.ts';
import { useTexts } from '../text/texts.tsx';
import { LanguageSelect } from './language-select.tsx';
import { useShortcuts } from './shortcuts.tsx';
import { chooseTheme, rememberedTheme, themes } from './theme.ts';

const id = 'account';

/** Shows the user, and changes language and appearance or signs out. */
export function AccountPanel({ session: { email, organization } }: { readonly session: SessionView }) {
  const { t } = useTexts();
  const { signOut } = useSessionActions();
  const { showList } = useShortcuts();
  return (
    <>
      <button
        type="button"
        className="button quiet"
        popoverTarget={id}
        aria-label={t('account.open', { email })}
      >
        <span aria-hidden="true" className="avatar">
          {email.slice(0, 1).toUpperCase()}
        </span>
      </button>
      <div
        id={id}
        popover="auto"
        className="popup account"
        role="dialog"
        aria-label={t('account.open', { email })}
      >
        <p className="account-who">
          <strong>{email}</strong>
          <span className="sub">{organization}</span>
        </p>
        <LanguageSelect />
        <ThemeSelect />
        <button
          type="button"
          className="button"
          popoverTarget={id}
          popoverTargetAction="hide"
          onClick={showList}
        >
          {t('shortcuts.open')}
        </button>
        <button type="button" className="button" onClick={() => void signOut()}>
          {t('account.signOut')}
        </button>
        <button type="button" className="button" onClick={() => void signOut({ everywhere: true })}>
          {t('account.signOutEverywhere')}
        </button>
      </div>
    </>
  );
}

function ThemeSelect() {
  const { t } = useTexts();
  const [theme, setTheme] = useState(rememberedTheme);
  return (
    <label className="field">
      <span className="legend">{t('account.theme')}</span>
      <select
        value={theme}
        onChange={({ target: { value } }) => {
          const chosen = themes.find((name) => name === value) ?? 'system';
          chooseTheme(chosen);
          setTheme(chosen);
        }}
      >
        {themes.map((value) => (
          <option key={value} value={value}>
            {t(`account.theme.${value}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
