// What a fault campaign is: many faults against the built executable, counted, and whatever promise they broke. Tests run each in
// its short form, `npm run faults` in full.

export interface CampaignOptions {
  /** How many processes the kill storm kills. */
  kills: number;
  /** How long attackers that race go on. */
  seconds: number;
  /** Of the system calls that could be failed, only every so manyth is; 1 for all. */
  stride: number;
  /** What is going on, for a person who waits. */
  progress: (text: string) => void;
}

export interface CampaignResult {
  /** The figures, as docs/reliability.md has them: what was counted, and how many. */
  figures: [what: string, count: number | string][];
  /** The line to be printed. */
  line: string;
  /** Each broken promise in a sentence; none where all held. */
  failures: string[];
}

export type Campaign = (options: CampaignOptions) => Promise<CampaignResult>;
