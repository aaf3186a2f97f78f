import { PageTitle } from '../../parts/frame.tsx';
import { LanguageSelect } from '../../parts/language-select.tsx';
import { Logo } from '../../parts/logo.tsx';
import { useTexts } from '../../text/texts.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Asks for the code of a second factor once the API wants one. */
export function SignInPage() {
  const { t } = useTexts();
  return (
    <main className="sign-in">
      <div className="sign-in-head">
        <Logo />
        <PageTitle>{t('signIn.title')}</PageTitle>
      </div>
      <div className="card">
        <SignInForm email="" />
      </div>
      <LanguageSelect />
    </main>
  );
}
