import { useState, type SubmitEvent } from 'react';
import { ApiError } from '../../api/http.ts';
import { useSessionActions } from '../../api/session.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { LanguageSelect } from '../../parts/language-select.tsx';
import { Logo } from '../../parts/logo.tsx';
import { useTexts } from '../../text/texts.tsx';

/** Asks for the code of a second factor once the API wants one. */
export function SignInPage() {
  const { t } = useTexts();
  return (
    <main className="sign-in">
      <div className="sign-in-head">
        <Logo />
        <PageTitle>{t('signIn.title')}</PageTitle>
      </div>
      <SignInForm />
      <LanguageSelect />
    </main>
  );
}

function SignInForm() {
  const { t } = useTexts();
  const { error, isBusy, needsCode, submit } = useSignIn();
  return (
    <form className="card stack" onSubmit={submit}>
      <Field label={t('signIn.email')}>
        {(control) => (
          <input {...control} name="email" type="email" autoComplete="username" required autoFocus />
        )}
      </Field>
      <Field label={t('signIn.password')}>
        {(control) => (
          <input {...control} name="password" type="password" autoComplete="current-password" required />
        )}
      </Field>
      {needsCode && (
        <Field label={t('signIn.code')} hint={t('signIn.codeHint')}>
          {(control) => <input {...control} name="code" autoComplete="one-time-code" required autoFocus />}
        </Field>
      )}
      {error !== null && <SignInFailure error={error} />}
      <button className="button primary" type="submit" disabled={isBusy}>
        {t('signIn.submit')}
      </button>
    </form>
  );
}

function SignInFailure({ error }: { readonly error: unknown }) {
  const { t } = useTexts();
  const code = error instanceof ApiError ? error.code : '';
  // Asking for the code is the next step, not a failure.
  if (code === 'auth.second_factor') return null;
  const text =
    code === 'auth.required' ? t('signIn.wrong') : code === 'auth.code' ? t('signIn.wrongCode') : null;
  if (text === null) return <Failure error={error} />;
  return (
    <p className="failure" role="alert">
      {text}
    </p>
  );
}

function textOf(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === 'string' ? value : '';
}

function useSignIn() {
  const { signIn } = useSessionActions();
  const [state, setState] = useState<{ readonly error: unknown; readonly isBusy: boolean }>({
    error: null,
    isBusy: false,
  });
  const [needsCode, setNeedsCode] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = (name: string) => textOf(values, name);
    const code = text('code').normalize('NFKC').replaceAll(/\s/g, '');
    setState({ error: null, isBusy: true });
    signIn({
      email: text('email').trim(),
      password: text('password'),
      ...(code === '' ? {} : { code }),
    }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'auth.second_factor') setNeedsCode(true);
      setState({ error, isBusy: false });
    });
  };
  return { ...state, needsCode, submit };
}
