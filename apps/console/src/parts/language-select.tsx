import { isLanguage, languages } from '../text/languages.ts';
import { useTexts } from '../text/texts.tsx';

export function LanguageSelect() {
  const { t, language, choose } = useTexts();
  return (
    <label className="field">
      <span className="legend">{t('account.language')}</span>
      <select
        value={language}
        onChange={({ target: { value } }) => {
          if (isLanguage(value)) choose(value);
        }}
      >
        {Object.entries(languages).map(([value, name]) => (
          <option key={value} value={value} lang={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
