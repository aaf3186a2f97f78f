import { templateBody, templateNames } from '../../report/templates.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Report } from './use-report.ts';
import './template-gallery.css';

/** Reports to begin with: each fills the form. It is open until the form has been changed. */
export function TemplateGallery({ change, isOpen }: Pick<Report, 'change'> & { readonly isOpen: boolean }) {
  const { t } = useTexts();
  return (
    <details className="card templates" open={isOpen}>
      <summary>
        <h2>{t('templates.title')}</h2>
      </summary>
      <ul>
        {templateNames.map((name) => (
          <li key={name}>
            <button type="button" className="template" onClick={() => change(templateBody(name))}>
              <strong>{t(`template.${name}`)}</strong>
              <span className="sub">{t(`template.${name}.text`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
