// The options of append that become fields of the design log.

/** Options that become fields, and the keys they get. */
export const FIELD_KEYS: Readonly<Record<string, string>> = {
  command: 'Command',
  result: 'Result',
  explanation: 'Explanation',
  input: 'Input',
  calculation: 'Calculation',
  decision: 'Decision',
  reasoning: 'Reasoning',
  status: 'Status',
  'next-steps': 'Next Steps',
  details: 'Details',
  error: 'Error',
};
