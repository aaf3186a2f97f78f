import type { UserView } from '@hourglass/contract';
import type { CallOptions } from '../../api/http.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { useTexts } from '../../text/texts.tsx';
import { PasswordButton, type MadePassword } from './password-button.tsx';
import { nextRoles, type Role } from './roles.ts';

interface UserActsProps {
  readonly user: UserView;
  /** The role of the session. */
  readonly own: Role;
  /** Writes to a path below that of the user. */
  readonly onWrite: (to: string, options: CallOptions) => Promise<unknown>;
  readonly onGenerated: (made: MadePassword) => void;
}

/** The acts on another user, whose role is not above that of the session. */
export function UserActs({ user: { email, role, secondFactor }, own, onWrite, onGenerated }: UserActsProps) {
  const { t } = useTexts();
  return (
    <>
      {nextRoles(role, own).map((next) => (
        <ActButton
          key={next}
          label={t(`users.make.${next}`)}
          labelOf={`${email}: ${t(`users.make.${next}`)}`}
          onAct={() => onWrite('', { method: 'PATCH', body: { role: next } })}
        />
      ))}
      <PasswordButton
        email={email}
        onPassword={(password) => onWrite('', { method: 'PATCH', body: { password } })}
        onGenerated={onGenerated}
      />
      {secondFactor !== 'none' && (
        <ConfirmButton
          label={t('users.removeFactor')}
          labelOf={`${email}: ${t('users.removeFactor')}`}
          title={t('users.removeFactorTitle')}
          text={t('users.removeFactorText', { email })}
          onConfirm={() => onWrite('/secondFactor', { method: 'DELETE' })}
        />
      )}
      <ConfirmButton
        label={t('admin.delete')}
        labelOf={t('admin.deleteOf', { name: email })}
        title={t('users.deleteTitle')}
        text={t('users.deleteText', { email })}
        typedName={email}
        onConfirm={() => onWrite('', { method: 'DELETE' })}
      />
    </>
  );
}
