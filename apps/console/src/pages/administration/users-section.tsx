import type { CreatedUser, UserView } from '@hourglass/contract';
import { useState } from 'react';
import { organizationPathOf } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import { nextRoles, rolesOf } from './roles.ts';

/** The users of the organization. Those above the session's role are shown without acts. */
export function UsersSection({ place, session }: SectionProps) {
  const { t } = useTexts();
  const date = useDates();
  const path = `${organizationPathOf(place.organization)}/users`;
  const { data, error } = useResource<{ readonly users: readonly UserView[] }>(path);
  const write = useWrite(path);
  const pathOfUser = ({ email }: UserView) => `${path}/${encodeURIComponent(email)}`;
  if (error !== null && data === undefined) return <Failure error={error} />;
  return (
    <>
      <NewUser path={path} role={session.role} />
      <ListTable
        label={t('admin.users')}
        items={data?.users ?? []}
        keyOf={({ email }) => email}
        columns={[
          { label: t('users.email'), renderCell: ({ email }) => email },
          { label: t('users.role'), renderCell: ({ role }) => t(`role.${role}`) },
          { label: t('users.factor'), renderCell: ({ secondFactor }) => t(`users.factor.${secondFactor}`) },
          { label: t('admin.created'), renderCell: ({ created }) => date(created) },
        ]}
        renderActions={(user) =>
          user.email === session.email || !rolesOf(session.role).includes(user.role) ? null : (
            <>
              {nextRoles(user.role, session.role).map((role) => (
                <ActButton
                  key={role}
                  label={t(`users.make.${role}`)}
                  labelOf={`${user.email}: ${t(`users.make.${role}`)}`}
                  onAct={() => write(pathOfUser(user), { method: 'PATCH', body: { role } })}
                />
              ))}
              <ConfirmButton
                label={t('admin.delete')}
                labelOf={t('admin.deleteOf', { name: user.email })}
                title={t('users.deleteTitle')}
                text={t('users.deleteText', { email: user.email })}
                typedName={user.email}
                onConfirm={() => write(pathOfUser(user), { method: 'DELETE' })}
              />
            </>
          )
        }
      />
    </>
  );
}

function NewUser({ path, role: own }: { readonly path: string; readonly role: UserView['role'] }) {
  const { t } = useTexts();
  const write = useWrite(path);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('member');
  const [made, setMade] = useState<CreatedUser | null>(null);
  const create = async () => {
    setMade(await write<CreatedUser>(path, { method: 'POST', body: { email, role } }));
    setEmail('');
  };
  return (
    <>
      {made?.password !== undefined && (
        <SecretOnce
          title={t('users.password', { email: made.email })}
          secret={made.password}
          onClose={() => setMade(null)}
        />
      )}
      <WriteForm title={t('users.new')} submit={t('users.create')} onWrite={create}>
        <InputField label={t('users.email')} type="email" required value={email} onValue={setEmail} />
        <SelectField
          label={t('users.role')}
          value={role}
          options={rolesOf(own).map((name) => [name, t(`role.${name}`)])}
          onValue={setRole}
        />
      </WriteForm>
    </>
  );
}
