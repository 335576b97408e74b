import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { readWords, withoutHome } from './command-line.ts'

it('reads the workspace and the roots, wherever they stand among the words of Electron and Chromium', () => {
  const words = [
    '--inspect=0',
    '--remote-debugging-port=0',
    '.',
    '--home',
    '/data/m',
    '--root',
    '/a',
    '--root=b',
    '--no-x',
  ]
  expect(readWords(words)).toEqual({ home: '/data/m', roots: [resolve('/a'), resolve('b')] })
  expect(readWords(['.'])).toEqual({ roots: [] })
  expect(readWords(['.', '--home'])).toEqual({ roots: [] })
})

it('leaves the workspace out and keeps the rest', () => {
  expect(withoutHome(['.', '--home', '/data/m', '--root', '/a'])).toEqual(['.', '--root', '/a'])
  expect(withoutHome(['.', '--home=/data/m'])).toEqual(['.'])
})
