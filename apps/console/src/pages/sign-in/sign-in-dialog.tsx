import { useEffect, useId, useRef } from 'react';
import { useSessionActions } from '../../api/session.ts';
import { useTexts } from '../../text/texts.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Asks for the sign-in again over the page, which keeps what was typed. */
export function SignInDialog({ email }: { readonly email: string }) {
  const { t } = useTexts();
  const { signOut } = useSessionActions();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => open(dialog.current), []);
  return (
    <dialog
      ref={dialog}
      className="popup dialog"
      aria-labelledby={id}
      // Behind it nothing works, so Escape closes nothing.
      onClose={() => open(dialog.current)}
    >
      <div className="stack">
        <h2 id={id}>{t('signIn.again')}</h2>
        <p className="hint">{t('signIn.againHint')}</p>
        <SignInForm email={email} />
        <button type="button" className="button quiet start" onClick={() => void signOut()}>
          {t('signIn.leave')}
        </button>
      </div>
    </dialog>
  );
}

/** A dialog focuses its first field, which is filled already. */
function open(dialog: HTMLDialogElement | null): void {
  dialog?.showModal();
  dialog?.querySelector<HTMLInputElement>('[name=password]')?.focus();
}
