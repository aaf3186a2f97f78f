import { baseUrl, headerText, text } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

/** Settings of the command line. */
export const clientSettings = {
  /** Without a trailing slash. */
  url: setting('HOURGLASS_URL', baseUrl, 'http://127.0.0.1:8080', {
    readBy: ['cli'],
    value: 'URL',
    description: 'Command line only: base URL of the API.',
  }),
  token: optionalSetting('HOURGLASS_TOKEN', headerText, {
    readBy: ['cli'],
    value: 'text',
    description: 'Command line only: bearer token.',
    secret: true,
  }),
  accessKeySecret: optionalSetting('HOURGLASS_ACCESS_KEY_SECRET', text, {
    readBy: ['cli'],
    value: 'text',
    description: 'Command line only: secret of the access key with which "hourglass sign" signs.',
    secret: true,
  }),
};
