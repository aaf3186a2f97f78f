/** The content of a message to people about a query. */
export interface ResultNews {
  /** Display name of the query, or its id. */
  readonly name: string;
  readonly state: string;
  readonly error: string | null;
  readonly rows: number | null;
  readonly fileSize: string | null;
  readonly link: { readonly url: string; readonly expiresAt: Date } | null;
}

/** Returns the news in the body of a delivery, which is one of Standard Webhooks. */
export function newsOf(payload: string, link: ResultNews['link']): ResultNews {
  const { data } = JSON.parse(payload) as { data: Readonly<Record<string, unknown>> };
  const textOf = (name: string) => (typeof data[name] === 'string' ? data[name] : null);
  const self = textOf('self') ?? '';
  return {
    name: textOf('name') ?? self.slice(self.lastIndexOf('/') + 1),
    state: textOf('state') ?? '',
    error: textOf('error'),
    rows: typeof data['resultRows'] === 'number' ? data['resultRows'] : null,
    fileSize: textOf('resultFileSize'),
    link,
  };
}

/** Returns the body of an incoming webhook of Slack. */
export function slackBody(news: ResultNews): string {
  const { link } = news;
  const download = link === null ? '' : ` <${link.url}|Download> until ${untilText(link.expiresAt)}.`;
  return JSON.stringify({ text: `${escapeSlack(sentence(news))}${download}` });
}

export function mailOf(news: ResultNews): { readonly subject: string; readonly text: string } {
  const { name, state, link } = news;
  const download =
    link === null
      ? ''
      : `\n\nDownload, until ${untilText(link.expiresAt)}:\n${link.url}\n\nAnyone with this link can download the result.`;
  return { subject: `Report ${name} ${state}`, text: `${sentence(news)}${download}\n` };
}

function sentence({ name, state, error, rows, fileSize }: ResultNews): string {
  if (state !== 'completed') return `The report "${name}" ${state}${error === null ? '' : `: ${error}`}.`;
  return `The report "${name}" is complete: ${rows ?? 0} rows, ${fileSize ?? '0 KB'}.`;
}

/** The three characters that Slack's mark-up reserves. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function untilText(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
