// Which format is a text in? Judged by its content alone.
import { RunlogError } from '../events/errors.js';

export type FileFormat = 'log' | 'run' | 'trace' | 'record' | 'lines';

const LOG_HEADER = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] [A-Z]/m;
/** `[worker][step] …`, whatever stands before it. */
const STEP_LINE = /\[[A-Za-z][\w.-]*\]\[(?:step|agent|metrics)\] /m;
const COMPONENT_LINE = /^(?:[^[\n]*[|\s])?\[[A-Za-z][\w.-]*\](?:\[[A-Za-z][\w.-]*\])? \S/m;

/**
 * The formats that a text may be in, the likeliest first, judged by how it begins. Throws `invalid_input` where it is none that can
 * be read: empty, UTF-16, binary.
 */
export function detectFormat(head: string): FileFormat[] {
  refuseNonText(head);
  const text = head.replace(/^\ufeff/, '').trimStart();
  if (text === '') throw new RunlogError('invalid_input', 'it is empty');
  if (LOG_HEADER.test(text) && !text.startsWith('{')) return ['log', 'lines'];
  if (text.startsWith('{') || /^\[\s*[{\]]/.test(text)) return jsonFormats(text);
  if (STEP_LINE.test(text) || COMPONENT_LINE.test(text)) return ['lines', 'log'];
  return ['log', 'lines'];
}

/** The same where nobody said that it is any of them: [] unless its own words show it. */
export function recognizeFormat(head: string): FileFormat[] {
  try {
    const formats = detectFormat(head);
    const isText = formats.includes('log') || formats.includes('lines');
    return !isText || LOG_HEADER.test(head) || STEP_LINE.test(head) ? formats : [];
  } catch (error) {
    if (error instanceof RunlogError && error.code === 'invalid_input') return [];
    throw error;
  }
}

/** By the keys that only one of them has. */
function jsonFormats(text: string): FileFormat[] {
  const has = (...keys: string[]): boolean => keys.some((key) => new RegExp(`"${key}"\\s*:`).test(text));
  if (has('execution_id', 'taxonomy_version') && !has('trace_id')) return ['record'];
  if (has('agent_metrics', 'llm_configuration', 'issues_processed', 'total_issues')) return ['run'];
  if (has('trace_id', 'pipeline_status', 'execution_plan_summary')) return ['trace'];
  if (has('items', 'sequence_number')) return ['record'];
  if (has('steps', 'agent_name')) return ['trace'];
  if (has('run_id', 'project_id')) return ['run'];
  throw new RunlogError('invalid_input', 'it is JSON, but neither a trace, nor a record, nor the metadata of a run', {
    hint: 'docs/import.md says what is read.',
  });
}

function refuseNonText(head: string): void {
  // Decoded as UTF-8, a UTF-16 byte order mark is two replacement characters, and every other character is NUL.
  const nuls = head.split('\0').length - 1;
  if (head.startsWith('\ufffd\ufffd') && nuls > head.length / 4)
    throw new RunlogError('invalid_input', 'it is UTF-16 text; UTF-8 is read', {
      hint: 'Convert it: iconv -f UTF-16 -t UTF-8 FILE | runlog import -',
    });
  // oxlint-disable-next-line no-control-regex -- what makes a file binary is just these
  const odd = head.match(/[\0-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  if (odd > head.length / 10) throw new RunlogError('invalid_input', 'it is binary data, not text');
}
