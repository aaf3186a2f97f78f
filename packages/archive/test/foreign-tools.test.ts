import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveMembers, isServiceMissing, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { signedArchive } from './signed-archive.ts';

interface ForeignTool {
  readonly command: string;
  readonly versionArguments: readonly string[];
  readonly extractArguments: (archive: string, folder: string) => readonly string[];
  /** The tool reads the archive from its standard input, as a stream. */
  readonly streams?: boolean;
}

const tools: readonly ForeignTool[] = [
  {
    command: 'unzip',
    versionArguments: ['-v'],
    extractArguments: (archive, into) => ['-q', archive, '-d', into],
  },
  {
    command: 'python3',
    versionArguments: ['--version'],
    extractArguments: (archive, into) => ['-m', 'zipfile', '-e', archive, into],
  },
  {
    // libarchive: of a stream it sees local headers only, as Java's ZipInputStream does.
    command: 'bsdtar',
    versionArguments: ['--version'],
    extractArguments: (_archive, into) => ['-x', '-f', '-', '-C', into],
    streams: true,
  },
];

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

function isToolMissing({ command, versionArguments }: ForeignTool): boolean {
  const { error } = spawnSync(command, [...versionArguments], { stdio: 'ignore' });
  const problem = error === undefined ? null : `it cannot be started: ${error.message}`;
  return isServiceMissing({ service: command, problem, environment: process.env });
}

describe.each(tools)('$command', (tool) => {
  test.skipIf(isToolMissing(tool)).each(['json', 'csv'] as const)(
    'extracts every member of an archive of %s',
    async (format) => {
      const into = path.join(folder.path, `${tool.command}-${format}`);
      await mkdir(into);
      const archive = await signedArchive(folder.path, { rows: 60_000, partBytes: 400_000, format });
      const bytes = await readFile(archive);
      const { status, stderr } = spawnSync(tool.command, [...tool.extractArguments(archive, into)], {
        encoding: 'utf8',
        stdio: [tool.streams === true ? 'pipe' : 'ignore', 'ignore', 'pipe'],
        ...(tool.streams === true && { input: bytes }),
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const members = await archiveMembers(bytes);
      expect(members.length).toBeGreaterThan(3);
      expect((await readdir(into)).toSorted()).toEqual(members.map(({ name }) => name).toSorted());
      for (const member of members)
        expect((await readFile(path.join(into, member.name))).equals(member.bytes), member.name).toBe(true);
    },
  );
});
