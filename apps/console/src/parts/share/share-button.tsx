import { useId, useState } from 'react';
import type { Place } from '../../api/environments.ts';
import { faultsIn } from '../../api/http.ts';
import { useCreateSharedView } from '../../api/shared-views.ts';
import { firstFault, faultsOf } from '../../report/faults.ts';
import { useTexts } from '../../text/texts.tsx';
import { ConditionEditor } from '../condition-editor/condition-editor.tsx';
import { CopyText } from '../copy-text.tsx';
import { DialogButton } from '../dialog-button.tsx';
import { Failure } from '../failure.tsx';
import { Field, FieldErrors } from '../field.tsx';
import { PresentLinks } from './present-links.tsx';
import type { SharedThing } from './shared-thing.ts';
import './share.css';

interface ShareProps {
  readonly place: Place;
  readonly thing: SharedThing;
  /** The title of a new link unless another one is typed. */
  readonly name: string;
}

/** Makes a link to a result or a report for people without an account, and revokes the present ones. */
export function ShareButton({ labelOf, ...props }: ShareProps & { readonly labelOf?: string }) {
  const { t } = useTexts();
  const isQuery = props.thing.kind === 'query';
  return (
    <DialogButton
      label={t('share.open')}
      labelOf={labelOf}
      title={t(isQuery ? 'share.title' : 'share.titleReport')}
      text={t(isQuery ? 'share.text' : 'share.textReport')}
    >
      {(close) => (
        <>
          <ShareForm {...props} onClose={close} />
          <PresentLinks place={props.place} thing={props.thing} />
        </>
      )}
    </DialogButton>
  );
}

const daySeconds = 86_400;
const lifetimes = [
  { seconds: daySeconds, key: 'share.day' },
  { seconds: 7 * daySeconds, key: 'share.week' },
  { seconds: 30 * daySeconds, key: 'share.month' },
  { seconds: 365 * daySeconds, key: 'share.year' },
] as const;

function ShareForm({ place, thing, name, onClose }: ShareProps & { readonly onClose: () => void }) {
  const { t } = useTexts();
  const [filter, setFilter] = useState('');
  const { mutate, reset, data, error, isPending } = useCreateSharedView(place);
  const change = (text: string) => {
    setFilter(text);
    // Faults are those of the former text.
    if (error !== null) reset();
  };
  const faults = faultsIn(error);
  const filterErrors = faultsOf(faults, 'filter');
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
        mutate({ ...subjectOf(thing, filter), ...sharedBy(new FormData(event.currentTarget)) });
      }}
    >
      <ShareFields name={name} />
      {thing.kind === 'report' && (
        <PinnedFilter fields={thing.fields} value={filter} errors={filterErrors} onChange={change} />
      )}
      {error !== null && filterErrors.length < Math.max(1, faults.length) && <Failure error={error} />}
      <div className="dialog-actions">
        {close}
        <button className="button primary" type="submit" disabled={isPending}>
          {t('share.create')}
        </button>
      </div>
    </form>
  );
}

function subjectOf(thing: SharedThing, typed: string) {
  if (thing.kind === 'query') return { query: thing.id };
  const filter = typed.trim();
  return { report: thing.name, ...(filter === '' ? {} : { filter }) };
}

interface PinnedFilterProps {
  readonly fields: Extract<SharedThing, { kind: 'report' }>['fields'];
  readonly value: string;
  readonly errors: readonly string[];
  readonly onChange: (value: string) => void;
}

/** A condition on the rows of a report that its readers cannot remove. */
function PinnedFilter({ fields, value, errors, onChange }: PinnedFilterProps) {
  const { t } = useTexts();
  const id = useId();
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span id={id} className="legend">
        {t('share.filter')}
      </span>
      <ConditionEditor
        label={t('share.filter')}
        value={value}
        onChange={onChange}
        fields={fields}
        faultAt={firstFault(value, errors)}
        isInvalid={errors.length > 0}
      />
      <p className="hint">{t('share.filterHint')}</p>
      <FieldErrors id={`${id}-errors`} errors={errors} />
    </div>
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
