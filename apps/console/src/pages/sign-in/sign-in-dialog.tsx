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
  useEffect(() => {
    dialog.current?.showModal();
    // A dialog focuses its first field, which is filled already.
    dialog.current?.querySelector<HTMLInputElement>('[name=password]')?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="popup dialog"
      aria-labelledby={id}
      // Behind it nothing works, so Escape closes nothing.
      onClose={() => dialog.current?.showModal()}
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
