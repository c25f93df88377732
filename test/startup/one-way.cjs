// Runs one command line in one of the ways that lead to the commands, with time and chance standing still: what two ways write
// can then be compared byte by byte. Status 250: the way does not take this command line.
const { join } = require('node:path');

const NOW = Date.UTC(2025, 9, 3, 18, 19, 52, 551);
Date.now = () => NOW;
Math.random = () => 0.5;
process.hrtime = () => [0, 874_000];
Object.defineProperty(globalThis, 'performance', { value: { now: () => 0.874 } });

const [way, ...argv] = process.argv.slice(2);
const dist = join(__dirname, '..', '..', 'dist');
if (way === 'full') require(join(dist, 'main.cjs')).main(argv);
else if (way === 'commander') require(join(dist, 'main.cjs')).main(argv, () => null);
else if (require(join(dist, 'record.cjs')).record(argv) === 'not ours') process.exitCode = 250;
