// npm run build: installs missing dependencies and builds what has changed.
import { reportFailure } from './report-failure.mjs';
import { setUp } from './setup.mjs';

await reportFailure(setUp);
