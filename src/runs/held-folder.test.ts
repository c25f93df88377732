// Held folders, with and without /proc: what is exchanged under them is not taken for what was held.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { holdFolder, type HeldFolder } from './held-folder.js';
import { HeldTree } from './held-tree.js';
import { removeTree } from './remove-tree.js';

const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'runlog-held-'));
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

function make(): { inside: string; outside: string } {
  const [inside, outside] = [path.join(base, 'inside'), path.join(base, 'outside')];
  for (const folder of [inside, outside]) {
    fs.mkdirSync(path.join(folder, 'tree', 'deep'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'tree', 'deep', 'file'), folder);
  }
  return { inside, outside };
}

describe.each([true, false])('a held folder (by its descriptor: %s)', (isByDescriptor) => {
  it('enters no link, and a tree is deleted without what its links lead to', () => {
    const { inside, outside } = make();
    fs.symlinkSync(outside, path.join(inside, 'link'));
    fs.symlinkSync(outside, path.join(inside, 'tree', 'link'));
    const folder = holdFolder(inside, isByDescriptor);
    expect(() => folder.enter('link')).toThrow('is a symbolic link');
    removeTree(folder, 'tree');
    folder.close();
    expect(fs.readdirSync(inside)).toEqual(['link']);
    expect(fs.existsSync(path.join(outside, 'tree', 'deep', 'file'))).toBe(true);
  });

  it('stays the same folder, or is refused, once its path leads elsewhere', () => {
    const { inside, outside } = make();
    const folder = holdFolder(inside, isByDescriptor);
    fs.renameSync(inside, `${inside}-away`);
    fs.symlinkSync(outside, inside);
    const remove = (): void => removeTree(folder, 'tree');
    if (isByDescriptor) remove();
    else expect(remove).toThrow('was exchanged for something else');
    folder.close();
    expect(fs.existsSync(path.join(`${inside}-away`, 'tree'))).toBe(!isByDescriptor);
    expect(fs.existsSync(path.join(outside, 'tree', 'deep', 'file'))).toBe(true);
  });

  it('speaks of paths as people know them', () => {
    const { inside } = make();
    const folder = holdFolder(inside, isByDescriptor);
    const tree = folder.enter('tree');
    expect(() => tree.enter('none')).toThrow(path.join(inside, 'tree', 'none'));
    expect(() => tree.openFile('none')).toThrow(path.join(inside, 'tree', 'none'));
    tree.close();
    folder.close();
  });

  it('deletes only the thing that was meant, and takes nothing but names', () => {
    const { inside, outside } = make();
    const folder = holdFolder(inside, isByDescriptor);
    const other = fs.lstatSync(path.join(outside, 'tree'), { bigint: true });
    expect(() => removeTree(folder, 'tree', other)).toThrow('was exchanged for something else');
    for (const name of ['..', '', 'tree/deep']) expect(() => folder.at(name)).toThrow('not a name');
    folder.close();
    expect(fs.existsSync(path.join(inside, 'tree', 'deep', 'file'))).toBe(true);
  });

  it('deletes a tree that was renamed since it was looked at, however many folders it has', () => {
    const { inside } = make();
    for (let number = 0; number < 100; number += 1) fs.mkdirSync(path.join(inside, 'tree', `folder-${number}`));
    const folder = holdFolder(inside, isByDescriptor);
    const tree = look(folder, 'tree');
    fs.renameSync(path.join(inside, 'tree'), path.join(inside, 'gone'));
    removeTree(folder, 'gone', undefined, { tree });
    expect(fs.readdirSync(inside)).toEqual([]);
    tree.close();
    folder.close();
  });
});

it('what came into a folder after it was looked at is not deleted with it', () => {
  const { inside } = make();
  const folder = holdFolder(inside);
  const tree = look(folder, 'tree');
  fs.writeFileSync(path.join(inside, 'tree', 'late'), 'late');
  expect(() => removeTree(folder, 'tree', undefined, { tree })).toThrow('ENOTEMPTY');
  tree.close();
  folder.close();
  expect(fs.readFileSync(path.join(inside, 'tree', 'late'), 'utf8')).toBe('late');
});

/** Lists a folder and those in it, as who judges it does. */
function look(parent: HeldFolder, name: string): HeldTree {
  const tree = new HeldTree();
  const walk = (folder: HeldFolder, place: string): void => {
    const entries = folder.entries();
    for (const entry of entries) if (entry.isDirectory()) walk(folder.enter(entry.name), `${place}${entry.name}/`);
    tree.keep(place, { folder, entries });
  };
  walk(parent.enter(name), '');
  return tree;
}
