import type { CreatedUser, UserView } from '@hourglass/contract';
import { useState } from 'react';
import { organizationPathOf } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import type { MadePassword } from './password-button.tsx';
import { rolesOf } from './roles.ts';
import { UserActs } from './user-acts.tsx';

/** The users of the organization. Those above the session's role are shown without acts. */
export function UsersSection({ place, session }: SectionProps) {
  const { t } = useTexts();
  const date = useDates();
  const path = `${organizationPathOf(place.organization)}/users`;
  const { data, error } = useResource<{ readonly users: readonly UserView[] }>(path);
  const write = useWrite(path);
  const [made, setMade] = useState<MadePassword | null>(null);
  if (error !== null && data === undefined) return <Failure error={error} />;
  return (
    <>
      {made !== null && (
        <SecretOnce
          key={made.password}
          title={t('users.password', { email: made.email })}
          secret={made.password}
          onClose={() => setMade(null)}
        />
      )}
      <NewUser path={path} role={session.role} onMade={setMade} />
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
          user.email !== session.email && rolesOf(session.role).includes(user.role) ? (
            <UserActs
              user={user}
              own={session.role}
              onWrite={(to, options) => write(`${path}/${encodeURIComponent(user.email)}${to}`, options)}
              onGenerated={setMade}
            />
          ) : null
        }
      />
    </>
  );
}

interface NewUserProps {
  readonly path: string;
  readonly role: UserView['role'];
  readonly onMade: (made: MadePassword) => void;
}

function NewUser({ path, role: own, onMade }: NewUserProps) {
  const { t } = useTexts();
  const write = useWrite(path);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('member');
  const create = async () => {
    const made = await write<CreatedUser>(path, { method: 'POST', body: { email, role } });
    if (made.password !== undefined) onMade({ email: made.email, password: made.password });
    setEmail('');
  };
  return (
    <WriteForm title={t('users.new')} submit={t('users.create')} onWrite={create}>
      <InputField label={t('users.email')} type="email" required value={email} onValue={setEmail} />
      <SelectField
        label={t('users.role')}
        value={role}
        options={rolesOf(own).map((name) => [name, t(`role.${name}`)])}
        onValue={setRole}
      />
    </WriteForm>
  );
}
