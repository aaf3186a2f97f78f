import { filePath, flag, text, url, wholeNumber } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

/** Settings of where and how clients reach the API. */
export const addressSettings = {
  port: setting('HOURGLASS_PORT', wholeNumber(0, 65_535), '8080', {
    readBy: ['api', 'standalone'],
    value: 'TCP port; 0 picks a free one',
    description: 'Port that the API listens on.',
  }),
  host: setting('HOURGLASS_HOST', text, '127.0.0.1', {
    readBy: ['api', 'standalone'],
    value: 'IP address or host name',
    description: 'Address that the API listens on.',
  }),
  publicUrl: optionalSetting('HOURGLASS_PUBLIC_URL', url('http:', 'https:'), {
    readBy: ['api', 'worker'],
    value: 'URL',
    description:
      'Base URL of links in responses, and in e-mails and messages of deliveries, which need it. Unset: http, or https with a certificate, and the Host header of the request.',
  }),
  console: setting('HOURGLASS_CONSOLE', flag, 'true', {
    readBy: ['api'],
    value: 'true or false',
    description: 'Whether the API serves the console, a page for browsers, at /.',
  }),
  tls: {
    certFile: optionalSetting('HOURGLASS_TLS_CERT', filePath, {
      readBy: ['api', 'standalone'],
      value: 'file',
      description:
        'Certificate in PEM, followed by those of its intermediate authorities. Set: the API speaks TLS itself.',
    }),
    keyFile: optionalSetting('HOURGLASS_TLS_KEY', filePath, {
      readBy: ['api', 'standalone'],
      value: 'file',
      description: 'Private key of the certificate in PEM, without a passphrase.',
    }),
  },
};
