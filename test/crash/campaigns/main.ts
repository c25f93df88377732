// npm run faults: every fault campaign in full, a line each, and the figures of docs/reliability.md made anew.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, cleanUp } from '../../support/runlog.js';
import { bytes } from './bytes.js';
import type { Campaign, CampaignResult } from './campaign.js';
import { exchange } from './exchange.js';
import { killStorm } from './kill-storm.js';
import { systemCalls } from './system-calls.js';

const CAMPAIGNS: Readonly<Record<string, { title: string; run: Campaign }>> = {
  storm: { title: 'Kill storm', run: killStorm },
  calls: { title: 'A fault at each system call', run: systemCalls },
  bytes: { title: 'A sealed run, every byte cut and changed', run: bytes },
  exchange: { title: 'Folders exchanged for links while rotate and restore work', run: exchange },
};

const PAGE = path.join(ROOT, 'docs', 'reliability.md');
const [BEGIN, END] = ['<!-- figures: npm run faults -->', '<!-- end of figures -->'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    stride: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

const unknown = positionals.filter((name) => !Object.hasOwn(CAMPAIGNS, name));
if (values.help || unknown.length > 0) {
  const names = Object.keys(CAMPAIGNS).join(', ');
  process.stderr.write(`npm run faults -- [--kills N] [--seconds S] [--stride N] [CAMPAIGN...]\ncampaigns: ${names}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.once('SIGINT', () => {
    cleanUp();
    process.exitCode = 130;
    process.kill(process.pid, 'SIGKILL');
  });
  const results = new Map<string, CampaignResult>();
  for (const name of positionals.length === 0 ? Object.keys(CAMPAIGNS) : positionals) {
    const result = await (CAMPAIGNS[name] as { run: Campaign }).run({
      kills: Number(values.kills),
      seconds: Number(values.seconds),
      stride: Number(values.stride),
      progress: (text) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}: ${text}`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.stdout.write(`${result.line}\n`);
    for (const failure of result.failures) process.stdout.write(`  BROKEN: ${failure}\n`);
    results.set(name, result);
  }
  cleanUp();
  if ([...results.values()].some(({ failures }) => failures.length > 0)) process.exitCode = 1;
  // The page has the figures of one run of all of them.
  if (results.size === Object.keys(CAMPAIGNS).length) writeFigures(results);
}

function writeFigures(results: ReadonlyMap<string, CampaignResult>): void {
  const page = fs.readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  const tables = [...results].map(([name, { figures, failures }]) => {
    const rows = [...figures, ['promises broken', failures.length] as const];
    return `\n\n**${CAMPAIGNS[name]?.title}**\n\n| what | how many |\n| --- | ---: |\n${rows.map(([what, count]) => `| ${what} | ${typeof count === 'number' ? count.toLocaleString('en') : count} |`).join('\n')}`;
  });
  fs.writeFileSync(PAGE, `${page.slice(0, from)}${tables.join('')}\n\n${page.slice(to)}`);
}
