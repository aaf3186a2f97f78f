import { useState } from 'react';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField } from '../../parts/controls.tsx';
import { useTexts } from '../../text/texts.tsx';
import { newPassword } from './new-password.ts';

/** A password that is shown once. */
export interface MadePassword {
  readonly email: string;
  readonly password: string;
}

interface PasswordButtonProps {
  readonly email: string;
  readonly onPassword: (password: string) => Promise<unknown>;
  readonly onGenerated: (made: MadePassword) => void;
}

/** Sets the password of another user: a typed one, or one that is generated and shown once. */
export function PasswordButton({ email, onPassword, onGenerated }: PasswordButtonProps) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const confirm = async () => {
    const password = typed === '' ? newPassword() : typed;
    await onPassword(password);
    if (typed === '') onGenerated({ email, password });
  };
  return (
    <ConfirmButton
      label={t('users.setPassword')}
      labelOf={`${email}: ${t('users.setPassword')}`}
      title={t('users.setPasswordTitle')}
      text={t('users.setPasswordText', { email })}
      onOpen={() => setTyped('')}
      onConfirm={confirm}
    >
      <InputField
        label={t('users.newPassword')}
        hint={t('users.newPasswordHint')}
        type="password"
        autoComplete="new-password"
        value={typed}
        onValue={setTyped}
      />
    </ConfirmButton>
  );
}
