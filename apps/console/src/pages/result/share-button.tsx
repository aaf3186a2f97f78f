import { useId, useRef, useState } from 'react';
import type { Place } from '../../api/environments.ts';
import { useCreateSharedView, useDeleteSharedView, useSharedViews } from '../../api/shared-views.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { useTexts } from '../../text/texts.tsx';

interface ShareProps {
  readonly place: Place;
  readonly id: string;
  readonly name: string;
}

/** Makes a link to a result for people without an account, and revokes the present ones. */
export function ShareButton(props: ShareProps) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const titleId = useId();
  return (
    <>
      <button
        type="button"
        className="button small"
        onClick={() => {
          setOpen(true);
          dialog.current?.showModal();
        }}
      >
        {t('share.open')}
      </button>
      <dialog ref={dialog} className="popup dialog" aria-labelledby={titleId} onClose={() => setOpen(false)}>
        {isOpen && (
          <div className="stack">
            <h2 id={titleId}>{t('share.title')}</h2>
            <p>{t('share.text')}</p>
            <ShareForm {...props} onClose={() => dialog.current?.close()} />
            <PresentLinks place={props.place} id={props.id} />
          </div>
        )}
      </dialog>
    </>
  );
}

const daySeconds = 86_400;
const lifetimes = [
  { seconds: daySeconds, key: 'share.day' },
  { seconds: 7 * daySeconds, key: 'share.week' },
  { seconds: 30 * daySeconds, key: 'share.month' },
  { seconds: 365 * daySeconds, key: 'share.year' },
] as const;

function ShareForm({ place, id, name, onClose }: ShareProps & { readonly onClose: () => void }) {
  const { t } = useTexts();
  const { mutate, data, error, isPending } = useCreateSharedView(place);
  const close = (
    <button className="button" type="button" onClick={onClose}>
      {t('share.close')}
    </button>
  );
  if (data !== undefined) {
    return (
      <>
        <p role="status">{t('share.created')}</p>
        <CopyText text={data.url} label={t('share.link')} />
        <div className="dialog-actions">{close}</div>
      </>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        mutate({ query: id, ...sharedBy(new FormData(event.currentTarget)) });
      }}
    >
      <ShareFields name={name} />
      {error !== null && <Failure error={error} />}
      <div className="dialog-actions">
        {close}
        <button className="button primary" type="submit" disabled={isPending}>
          {t('share.create')}
        </button>
      </div>
    </form>
  );
}

function ShareFields({ name }: Pick<ShareProps, 'name'>) {
  const { t } = useTexts();
  return (
    <>
      <Field label={t('share.titleField')}>
        {(control) => <input {...control} name="title" defaultValue={name} autoComplete="off" />}
      </Field>
      <Field label={t('share.expires')}>
        {(control) => (
          <select {...control} name="seconds" defaultValue={7 * daySeconds}>
            {lifetimes.map(({ seconds, key }) => (
              <option key={seconds} value={seconds}>
                {t(key)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('share.frames')} hint={t('share.framesHint')}>
        {(control) => <textarea {...control} name="origins" rows={2} />}
      </Field>
    </>
  );
}

function sharedBy(form: FormData) {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const title = text('title');
  return {
    ...(title === '' ? {} : { title }),
    expiresInSeconds: Number(text('seconds')),
    frameOrigins: text('origins')
      .split(/\s+/)
      .filter((origin) => origin !== ''),
  };
}

function PresentLinks({ place, id }: Pick<ShareProps, 'place' | 'id'>) {
  const { t } = useTexts();
  const date = useDates();
  const { data } = useSharedViews(place);
  const remove = useDeleteSharedView(place);
  const links = data?.sharedViews.filter(({ query }) => query === id) ?? [];
  if (links.length === 0) return null;
  return (
    <section aria-label={t('share.present')}>
      <h3>{t('share.present')}</h3>
      <ul className="share-links">
        {links.map((link) => {
          const time = date(link.expires);
          return (
            <li key={link.id}>
              <span>
                {link.title ?? t('shared.untitled')}
                <span className="sub">
                  {t('shared.until', { time })} · {link.madeBy}
                </span>
              </span>
              <ConfirmButton
                label={t('share.revoke')}
                labelOf={t('share.revokeOf', { time })}
                title={t('share.revokeTitle')}
                text={t('share.revokeText')}
                onConfirm={() => remove.mutateAsync(link.id)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
