import { useState, type SubmitEvent } from 'react';
import { ApiError } from '../../api/http.ts';
import { useSessionActions, type SignIn } from '../../api/session.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { useTexts } from '../../text/texts.tsx';

/** Signs in with a password and, if the API wants one, a code, or with a token. */
export function SignInForm({ email }: { readonly email: string }) {
  const { t } = useTexts();
  const [isToken, setToken] = useState(false);
  const { error, isBusy, needsCode, submit, reset } = useSignIn();
  return (
    <form className="stack" onSubmit={submit}>
      {isToken ? <TokenField /> : <PasswordFields email={email} needsCode={needsCode} />}
      {error !== null && <SignInFailure error={error} isToken={isToken} />}
      <button className="button primary" type="submit" disabled={isBusy}>
        {t('signIn.submit')}
      </button>
      <button
        type="button"
        className="button small start"
        onClick={() => {
          reset();
          setToken(!isToken);
        }}
      >
        {t(isToken ? 'signIn.usePassword' : 'signIn.useToken')}
      </button>
    </form>
  );
}

function PasswordFields({ email, needsCode }: { readonly email: string; readonly needsCode: boolean }) {
  const { t } = useTexts();
  return (
    <>
      <Field label={t('signIn.email')}>
        {(control) => (
          <input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            required
            defaultValue={email}
            autoFocus={email === ''}
          />
        )}
      </Field>
      <Field label={t('signIn.password')}>
        {(control) => (
          <input
            {...control}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            autoFocus={email !== ''}
          />
        )}
      </Field>
      {needsCode && (
        <Field label={t('signIn.code')} hint={t('signIn.codeHint')}>
          {(control) => <input {...control} name="code" autoComplete="one-time-code" required autoFocus />}
        </Field>
      )}
    </>
  );
}

/** No password manager is asked to keep it, and no script can read it after the sign-in. */
function TokenField() {
  const { t } = useTexts();
  return (
    <Field label={t('signIn.token')} hint={t('signIn.tokenHint')}>
      {(control) => <input {...control} name="token" type="password" autoComplete="off" required autoFocus />}
    </Field>
  );
}

function SignInFailure({ error, isToken }: { readonly error: unknown; readonly isToken: boolean }) {
  const { t } = useTexts();
  const code = error instanceof ApiError ? error.code : '';
  // Asking for the code is the next step, not a failure.
  if (code === 'auth.second_factor') return null;
  const text =
    code === 'auth.required'
      ? t(isToken ? 'signIn.wrongToken' : 'signIn.wrong')
      : code === 'auth.code'
        ? t('signIn.wrongCode')
        : null;
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

/** Digits of input methods may be full-width; pasted tokens have spaces around them. */
function credentialsOf(values: FormData): SignIn {
  const text = (name: string) => textOf(values, name);
  if (values.has('token')) return { token: text('token').trim() };
  const code = text('code').normalize('NFKC').replaceAll(/\s/g, '');
  return {
    email: text('email').trim(),
    password: text('password'),
    ...(code === '' ? {} : { code }),
  };
}

const idle: { readonly error: unknown; readonly isBusy: boolean } = { error: null, isBusy: false };

function useSignIn() {
  const { signIn } = useSessionActions();
  const [state, setState] = useState(idle);
  const [needsCode, setNeedsCode] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setState({ error: null, isBusy: true });
    signIn(credentialsOf(new FormData(event.currentTarget))).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'auth.second_factor') setNeedsCode(true);
      setState({ error, isBusy: false });
    });
  };
  return { ...state, needsCode, submit, reset: () => setState(idle) };
}
