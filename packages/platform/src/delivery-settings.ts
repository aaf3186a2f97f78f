import { addressRanges, flag, seconds, text, url, wholeNumber } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

/** Settings of what is sent to receivers that clients name. */
export const deliverySettings = {
  delivery: {
    networks: setting('HOURGLASS_DELIVERY_NETWORKS', addressRanges, 'none', {
      readBy: ['api', 'worker'],
      value: 'addresses and networks, separated by commas; or none',
      description:
        'Networks to which webhooks and other deliveries may go beside the public internet. Every other private, loopback, link-local or reserved address is refused.',
    }),
    allowsHttp: setting('HOURGLASS_DELIVERY_HTTP', flag, 'false', {
      readBy: ['api', 'worker'],
      value: 'true or false',
      description: 'Whether webhooks and other deliveries may go to http:// URLs, without encryption.',
    }),
    retryDelayMs: setting('HOURGLASS_DELIVERY_RETRY_SECONDS', seconds(0, 3600), '5', {
      readBy: ['worker'],
      value: 'seconds',
      description:
        'Delay before the second attempt of a delivery. Later delays are up to 17,280 times as long; it fails after 16 attempts, by default over three days.',
    }),
    /** Null: no e-mail is sent. */
    smtpUrl: optionalSetting('HOURGLASS_SMTP_URL', url('smtp:', 'smtps:'), {
      readBy: ['api', 'worker'],
      value: 'smtp:// or smtps:// URL, with user and password',
      description:
        'Mail server for deliveries by e-mail. smtp:// requires STARTTLS, except of a server on this machine. Unset: no e-mail is sent.',
      secret: true,
    }),
    /** Null: no e-mail is sent. */
    smtpFrom: optionalSetting('HOURGLASS_SMTP_FROM', text, {
      readBy: ['api', 'worker'],
      value: 'address, such as Reports <reports@example.com>',
      description: 'Sender of e-mails. Needed with HOURGLASS_SMTP_URL.',
    }),
    logDays: setting('HOURGLASS_DELIVERY_LOG_DAYS', wholeNumber(1, 100_000), '30', {
      readBy: ['worker'],
      value: 'days',
      description: 'Age at which ended deliveries are deleted from the log.',
    }),
  },
};
