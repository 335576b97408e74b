import { expect, test } from 'vitest'
import { rsyncProblem } from './rsync.ts'

test.each([
  ['rsync  version 3.2.7  protocol version 31', null],
  ['rsync  version v3.1.0  protocol version 31', null],
  ['rsync  version 4.0.1  protocol version 33', null],
  [
    'rsync  version 2.6.9  protocol version 29',
    'box has rsync  version 2.6.9  protocol version 29; rsync 3.1 or newer is needed.',
  ],
  ['openrsync: protocol version 29', 'box has openrsync: protocol version 29; rsync 3.1 or newer is needed.'],
  ['sh: 1: rsync: not found', 'There is no rsync on box; install rsync 3.1 or newer.'],
  ['', 'There is no rsync on box; install rsync 3.1 or newer.'],
])('an rsync that says "%s"', (answer, problem) => {
  expect(rsyncProblem(answer, 'box')).toBe(problem)
})
