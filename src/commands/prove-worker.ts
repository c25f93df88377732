// A thread that reads a long segment beside whoever folds it. journal/proofs.ts has both sides.
import { workerData } from 'node:worker_threads';
import { prove, type ProverWork } from '../journal/proofs.js';

prove(workerData as ProverWork);
