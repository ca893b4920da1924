import { ci } from './words/ci.ts';
import { cloud } from './words/cloud.ts';
import { dora } from './words/dora.ts';
import { flow } from './words/flow.ts';
import { parts } from './words/parts.ts';
import { pullRequests } from './words/pull-requests.ts';
import { report } from './words/report.ts';
import { shell } from './words/shell.ts';

export const locale = 'en-GB';

/** Every word of the interface that is not data or a finding of the server: the files beside are all that is to translate. */
export const words = { ...shell, ...parts, flow, dora, pullRequests, ci, cloud, report };
