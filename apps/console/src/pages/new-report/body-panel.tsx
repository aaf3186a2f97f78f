import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';
import type { Place } from '../../api/environments.ts';
import { basePath } from '../../api/http.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Field } from '../../parts/field.tsx';
import { curlCommand, jsonOf, submitCommand } from '../../report/commands.ts';
import { otherMembers, parseBody } from '../../report/report-body.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Report } from './use-report.ts';

/** The body that the form builds, commands that submit it, and a place to paste another one. */
export function BodyPanel({ place, body, change }: Report & { readonly place: Place }) {
  const { t } = useTexts();
  const target = { origin: `${window.location.origin}${basePath}`, ...place };
  const others = otherMembers(body);
  const texts = [
    ['json', t('body.json'), jsonOf(body)],
    ['curl', 'curl', curlCommand(target, body)],
    ['hourglass', 'hourglass', submitCommand(target, body)],
  ] as const;
  return (
    <section className="card stack">
      <h2>{t('body.title')}</h2>
      {others.length > 0 && <p className="hint">{t('body.others', { names: others.join(', ') })}</p>}
      <Tabs.Root defaultValue="json">
        <Tabs.List className="tabs" aria-label={t('body.title')}>
          {texts.map(([value, name]) => (
            <Tabs.Tab key={value} value={value} className="tab">
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {texts.map(([value, name, text]) => (
          <Tabs.Panel key={value} value={value} className="tab-panel">
            <CopyText text={text} label={name} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
      <Paste change={change} />
    </section>
  );
}

function Paste({ change }: Pick<Report, 'change'>) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [errors, setErrors] = useState<readonly string[]>([]);
  const fill = () => {
    const parsed = parseBody(text);
    if ('error' in parsed) {
      setErrors([parsed.error ?? t('body.noObject')]);
      return;
    }
    setErrors([]);
    setText('');
    change(parsed.body);
  };
  return (
    <details>
      <summary>{t('body.paste')}</summary>
      <div className="stack paste">
        <Field label={t('body.pasted')} errors={errors}>
          {(control) => (
            <textarea
              {...control}
              className="code"
              rows={6}
              spellCheck={false}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        <button type="button" className="button start" onClick={fill}>
          {t('body.fill')}
        </button>
      </div>
    </details>
  );
}
