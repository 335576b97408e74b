import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rsyncProblem, runTransfer } from './rsync.ts'

test.each([
  ['rsync  version 3.2.7  protocol version 31', null],
  ['rsync  version v3.1.3  protocol version 31', null],
  [
    'rsync  version 3.1.2  protocol version 31',
    'box has rsync  version 3.1.2  protocol version 31; rsync 3.1.3 or newer is needed.',
  ],
  ['rsync  version 4.0.1  protocol version 33', null],
  [
    'rsync  version 2.6.9  protocol version 29',
    'box has rsync  version 2.6.9  protocol version 29; rsync 3.1.3 or newer is needed.',
  ],
  ['openrsync: protocol version 29', 'box has openrsync: protocol version 29; rsync 3.1.3 or newer is needed.'],
  ['sh: 1: rsync: not found', 'There is no rsync on box; install rsync 3.1.3 or newer.'],
  ['', 'There is no rsync on box; install rsync 3.1.3 or newer.'],
])('an rsync that says "%s"', (answer, problem) => {
  expect(rsyncProblem(answer, 'box')).toBe(problem)
})

const without = spawnSync('rsync', ['--version']).status === 0 ? '' : ' (skipped: rsync is not installed)'
test.skipIf(without !== '')(
  `a checkpoint that was written again within a second is brought again${without}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-rsync-'))
    const [there, here] = ['there', 'here'].map((name) => join(folder, name)) as [string, string]
    for (const side of [there, here]) mkdirSync(side)
    const write = (content: string, seconds: number): void => {
      writeFileSync(join(there, 'last'), content)
      utimesSync(join(there, 'last'), seconds, seconds)
    }
    const bring = () => runTransfer({ from: `${there}/`, to: `${here}/`, toTheNanosecond: true })
    write('step 1', 1_700_000_000.1)
    expect(await bring()).toMatchObject({ state: 'done' })
    write('step 2', 1_700_000_000.9)
    await bring()
    expect(readFileSync(join(here, 'last'), 'utf8')).toBe('step 2')
  },
)
